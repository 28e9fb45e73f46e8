/**
 * Speaks to a system through a client program of the user's: `--client stdio:COMMAND`. Requests and answers stand in
 * docs/stdio-client.md. A program that answers `info` in time is well even if the system is not; one that prints
 * something else, ends, or says nothing for twice the operation's time is broken, and so is the run.
 */
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Call,
  type Client,
  DefiniteError,
  type Protocol,
  Refused,
  type Target,
  UsageError,
} from '../../../harness/api.ts'
import { EndedProgram, type Message, Program, quoted } from './program.ts'

/** Of the messages; what has another one is not understood. */
const VERSION = 1
/** How long operations may take outside a run, ms. */
const USUAL_MS = 3000
/** Between two questions whether a system serves, ms: each starts a program. */
const PAUSE_MS = 300

const start = async (target: Target, dataType: string): Promise<Program> => {
  const { argument, node, cluster, timeoutMs = USUAL_MS } = target
  const program = new Program(argument, node.name)
  const nodes = cluster.nodes.map(({ name, endpoint }) => ({ name, ...endpoint(0) }))
  try {
    await program.init({
      type: 'init',
      version: VERSION,
      data_type: dataType,
      node: { name: node.name, ...node.endpoint(0) },
      nodes,
      timeout_ms: timeoutMs,
    })
    return program
  } catch (error) {
    program.close()
    if (!program.isMissing) throw error
    throw new UsageError(`--client stdio:${argument}: ${(error as Error).message}`)
  }
}

/** How the value of an answer that is `ok` is read: undefined where it is not one of that operation. */
type Read = (call: Call, value: unknown) => unknown

const opened =
  (dataType: string, read: Read) =>
  async (target: Target): Promise<Client> => {
    const program = await start(target, dataType)
    const patienceMs = target.timeoutMs ?? USUAL_MS
    let id = 0
    let open = 0
    let isClosing = false
    return {
      invoke: async (call, signal) => {
        if (signal.aborted) throw new DefiniteError('aborted before anything was sent')
        id++
        open++
        const giveUp = new AbortController()
        const late = (): void => {
          wait(patienceMs, undefined, { signal: giveUp.signal }).then(
            () => program.break(`did not answer ${quoted(JSON.stringify(request))} in time`),
            () => {},
          )
        }
        const request = { id, f: call.f, ...keyOf(call), value: call.value as number }
        signal.addEventListener('abort', late, { once: true })
        try {
          const answer = await program.ask(request)
          if (answer.id !== request.id)
            throw program.break(`answered ${quoted(JSON.stringify(answer))}: expected id ${id}`)
          return completed(call, answer, read, program)
        } finally {
          signal.removeEventListener('abort', late)
          giveUp.abort()
          open--
          if (isClosing) program.close()
        }
      },
      // A program that owes an answer is waited for: only then is it known whether it is broken.
      close: async () => {
        isClosing = true
        if (open === 0) program.close()
      },
    }
  }

const keyOf = ({ key }: Call): { readonly key?: string | number } =>
  key === undefined ? {} : { key: typeof key === 'number' ? key : String(key) }

/** The value of an operation that is ok. @throws what the answer says instead */
const completed = (call: Call, answer: Message, read: Read, program: Program): unknown => {
  const { type, value, error } = answer
  const said = typeof error === 'string' ? error : `${String(type)} without an error`
  switch (type) {
    case 'ok': {
      const found = read(call, value)
      if (found !== undefined) return found
      throw program.break(`answered ${call.f} with ${quoted(JSON.stringify(answer))}`)
    }
    case 'fail':
      if (call.f === 'cas' && 'saw' in answer) {
        const { saw } = answer
        if (isWholeOrNull(saw)) throw new Refused([...(call.value as readonly number[]), saw])
        throw program.break(`saw ${quoted(JSON.stringify(saw))}: expected a whole number or null`)
      }
      throw new DefiniteError(said)
    case 'info':
      throw new Error(said)
    default:
      throw program.break(
        `answered ${quoted(JSON.stringify(answer))}: expected type ok, fail or info`,
      )
  }
}

const isWholeOrNull = (value: unknown): value is number | null =>
  value === null || Number.isSafeInteger(value)

/** What was written completes with itself, whatever the answer repeats of it. */
const readRegister: Read = ({ f, value: asked }, value) =>
  f !== 'read' ? asked : isWholeOrNull(value) ? value : undefined

const readSet: Read = ({ f, value: asked }, value) =>
  f !== 'read'
    ? asked
    : Array.isArray(value) && value.every((element) => Number.isSafeInteger(element))
      ? value
      : undefined

export default {
  summary: 'a client program of your own, in any language, that speaks JSON lines',
  argument: { name: 'COMMAND', required: true },
  clients: {
    register: opened('register', readRegister),
    'read-write': opened('read-write', readRegister),
    set: opened('set', readSet),
  },
  ready: async (target) => {
    try {
      const program = await start(target, 'ready')
      program.close()
    } catch (error) {
      await wait(PAUSE_MS)
      throw error instanceof EndedProgram ? new Error(error.message) : error
    }
  },
} satisfies Protocol
