/**
 * Commands inside containers over the engine's hijacked connections: one that lives as long as it
 * is needed (the agent's), or one for a single command. The engine multiplexes both outputs of a
 * command in frames on one connection; here they are taken apart.
 */
import { PassThrough } from 'node:stream'
import { attempt, type Engine } from './engine.ts'

export interface Channel {
  write(text: string): void
  close(): void
}

export interface ChannelEvents {
  onOutput(text: string): void
  onErrorOutput(text: string): void
  /** Once, when the command or the connection has ended for any reason. */
  onEnd(): void
}

/** Starts a command whose input stays open. */
export const openChannel = async (
  engine: Engine,
  container: string,
  argv: readonly string[],
  events: ChannelEvents,
): Promise<Channel> => {
  const stream = await attempt(`run ${argv[0]} in ${container}`, async () => {
    const exec = await engine.getContainer(container).exec({
      Cmd: [...argv],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    })
    return exec.start({ hijack: true, stdin: true })
  })
  const output = new PassThrough().setEncoding('utf8').on('data', events.onOutput)
  const errors = new PassThrough().setEncoding('utf8').on('data', events.onErrorOutput)
  engine.modem.demuxStream(stream, output, errors)
  let hasEnded = false
  const end = (): void => {
    if (hasEnded) return
    hasEnded = true
    events.onEnd()
  }
  stream.on('error', end).on('end', end).on('close', end)
  return { write: (text) => void stream.write(text), close: () => void stream.destroy() }
}

export interface CommandResult {
  readonly exitCode: number
  readonly output: string
  readonly errors: string
}

/** Runs one command to its end. */
export const runCommand = (
  engine: Engine,
  container: string,
  argv: readonly string[],
): Promise<CommandResult> =>
  attempt(`run ${argv[0]} in ${container}`, async () => {
    const exec = await engine.getContainer(container).exec({
      Cmd: [...argv],
      AttachStdout: true,
      AttachStderr: true,
    })
    const stream = await exec.start({ hijack: true, stdin: false })
    const texts = { output: '', errors: '' }
    const output = new PassThrough().setEncoding('utf8')
    const errors = new PassThrough().setEncoding('utf8')
    output.on('data', (text) => (texts.output += text))
    errors.on('data', (text) => (texts.errors += text))
    engine.modem.demuxStream(stream, output, errors)
    await new Promise<void>((resolve, reject) => {
      stream.on('end', resolve).on('close', resolve).on('error', reject)
    })
    output.end()
    errors.end()
    await Promise.all([ended(output), ended(errors)])
    const { ExitCode } = await exec.inspect()
    return { exitCode: ExitCode ?? 255, ...texts }
  })

const ended = (stream: PassThrough): Promise<void> =>
  new Promise((resolve) => {
    if (stream.readableEnded) resolve()
    else stream.on('end', resolve)
  })
