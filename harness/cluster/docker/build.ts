/** Builds one image through the engine, and says in its builder's own words why one does not build. */
import { EnvironmentError, messageOf } from '../../errors.ts'
import { imageId } from './base-image.ts'
import type { Engine } from './engine.ts'
import { finished, type ProgressEvent } from './pull.ts'

export interface PreparedImage {
  readonly name: string
  readonly id: string
}

/** A tar archive, or a folder of this machine, whose .dockerignore is heeded. */
type Context = NodeJS.ReadableStream | { readonly context: string; readonly src: string[] }

export interface BuildOptions {
  readonly name: string
  readonly args: Readonly<Record<string, string>>
  readonly dockerfile?: string
  readonly target?: string | undefined
  readonly signal: AbortSignal
}

const quotedLines = 8

/** @throws EnvironmentError with the last lines of what was printed */
export const buildImage = async (
  engine: Engine,
  context: Context,
  { name, args, dockerfile, target, signal }: BuildOptions,
): Promise<PreparedImage> => {
  const output: string[] = []
  const keep = ({ stream, error }: ProgressEvent) => output.push(stream ?? '', error ?? '')
  try {
    const stream = await engine.buildImage(context, {
      t: name,
      // The bridge network may have no way out while the host has one.
      networkmode: 'host',
      forcerm: true,
      labels: { 'schism.image': name },
      buildargs: { ...proxySettings(), ...args },
      ...(dockerfile === undefined ? {} : { dockerfile }),
      ...(target === undefined ? {} : { target }),
      abortSignal: signal,
    })
    await finished(engine, stream, keep)
  } catch (error) {
    signal.throwIfAborted()
    const lines = output
      .join('')
      .split('\n')
      .filter((line) => line.trim() !== '')
    const last = lines.length === 0 ? [messageOf(error)] : lines.slice(-quotedLines)
    throw new EnvironmentError(`image ${name} does not build:\n  ${last.join('\n  ')}`)
  }
  const id = await imageId(engine, name)
  if (id === undefined) throw new EnvironmentError(`image ${name} was built but is not there`)
  return { name, id }
}

/** The engine passes these to the build without keeping them in the image. */
const proxySettings = (): Record<string, string> =>
  Object.fromEntries(
    ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap(
      (name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]),
    ),
  )
