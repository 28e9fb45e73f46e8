/**
 * Any server that keeps registers or a set behind a small REST interface (docs/your-system.md). Bodies are JSON:
 *
 *   GET  /registers/KEY            200 and the value; 404: never written
 *   PUT  /registers/KEY            body VALUE; any 2xx: written
 *   POST /registers/KEY            body {"from": A, "to": B}; 2xx: swapped; 409 and what it holds: not
 *   GET  /set                      200 and a list of elements
 *   PUT  /set/ELEMENT              any 2xx: added
 *
 * A status of 4xx says that nothing happened and nothing will, except 408, which speaks of time; all else may have
 * happened. What stands behind the colon (`http:/api/v1`) comes before these paths.
 */
import { Client as HttpClient } from 'undici'
import {
  type Call,
  type Client,
  DefiniteError,
  type Protocol,
  Refused,
  type Target,
} from '../../harness/api.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import type { SetCall } from '../../workloads/set.ts'

/** Shorter than any sensible operation time-out, so that "never connected" is known as such. */
const CONNECT_MS = 500
const READY_MS = 1000
/** Long: a connection that lies idle between two operations is kept. */
const KEEP_ALIVE_MS = 600_000
const REQUEST_TIMEOUT = 408
/** How much of an answer that is no answer is quoted. */
const QUOTED = 200

interface Answer {
  readonly status: number
  readonly body: string
}

class Server {
  private readonly http: HttpClient
  private readonly prefix: string

  constructor({ node, argument }: Target) {
    const { host, port } = node.endpoint(0)
    this.prefix = argument.replace(/\/+$/, '')
    this.http = new HttpClient(`http://${host}:${port}`, {
      pipelining: 1,
      connect: { timeout: CONNECT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The caller's signal is the one time limit.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  async ask(
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    content: unknown,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { statusCode, body } = await this.http.request({
      method,
      path: `${this.prefix}${path}`,
      ...(content === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) }),
      signal,
    })
    return { status: statusCode, body: await body.text() }
  }

  /** Drops the connection and whatever is still under way on it. */
  close(): Promise<void> {
    return this.http.destroy()
  }
}

const register = async (
  server: Server,
  call: RegisterCall,
  signal: AbortSignal,
): Promise<RegisterCall['value']> => {
  const path = `/registers/${encodeURIComponent(String(call.key))}`
  switch (call.f) {
    case 'read': {
      const answer = await server.ask('GET', path, undefined, signal)
      return answer.status === 404 ? null : wholeOrNull(jsonOf(answer))
    }
    case 'write':
      done(await server.ask('PUT', path, call.value, signal))
      return call.value
    case 'cas': {
      const [from, to] = call.value
      const answer = await server.ask('POST', path, { from, to }, signal)
      if (answer.status === 409) throw refused(from, to, answer.body)
      done(answer)
      return [from, to]
    }
  }
}

const set = async (
  server: Server,
  call: SetCall,
  signal: AbortSignal,
): Promise<SetCall['value']> => {
  switch (call.f) {
    case 'read': {
      const found = jsonOf(await server.ask('GET', '/set', undefined, signal))
      if (Array.isArray(found)) return found.map(whole)
      throw new Error(`the server answered ${quoted(found)}: expected a list of whole numbers`)
    }
    case 'add':
      done(await server.ask('PUT', `/set/${call.value}`, call.value, signal))
      return call.value
  }
}

/** Whatever it says of the value counts as seen; a server need not say. */
const refused = (from: number, to: number, body: string): DefiniteError => {
  try {
    return new Refused([from, to, wholeOrNull(JSON.parse(body))])
  } catch {
    return new DefiniteError('409: the value was another one')
  }
}

/** @throws DefiniteError when the server refused; Error when nobody knows */
const done = ({ status, body }: Answer): void => {
  if (status >= 200 && status < 300) return
  const message = `HTTP ${status}: ${body.slice(0, QUOTED)}`
  const isRefused = status >= 400 && status < 500 && status !== REQUEST_TIMEOUT
  throw isRefused ? new DefiniteError(message) : new Error(message)
}

const jsonOf = (answer: Answer): unknown => {
  done(answer)
  try {
    return JSON.parse(answer.body)
  } catch {
    throw new Error(`the server answered ${quoted(answer.body)}: expected JSON`)
  }
}

const wholeOrNull = (value: unknown): number | null => (value === null ? null : whole(value))

const whole = (value: unknown): number => {
  if (Number.isSafeInteger(value)) return value as number
  throw new Error(`the server answered ${quoted(value)}: expected a whole number`)
}

const quoted = (value: unknown): string => JSON.stringify(value).slice(0, QUOTED)

/** A request is written only on an established connection, so a failed `connect` sent nothing. */
const neverConnected = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall === 'connect' || code === 'UND_ERR_CONNECT_TIMEOUT'
}

const opened =
  <C extends Call>(
    perform: (server: Server, call: C, signal: AbortSignal) => Promise<C['value']>,
  ) =>
  async (target: Target): Promise<Client<C>> => {
    const server = new Server(target)
    return {
      invoke: async (call, signal) => {
        try {
          return await perform(server, call, signal)
        } catch (error) {
          throw neverConnected(error) ? new DefiniteError((error as Error).message) : error
        }
      },
      close: () => server.close(),
    }
  }

export default {
  summary: 'a small REST interface: GET, PUT and POST of JSON (docs/your-system.md)',
  argument: { name: '/PREFIX', required: false },
  clients: { register: opened(register), 'read-write': opened(register), set: opened(set) },
  ready: async (target, signal) => {
    const server = new Server(target)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(READY_MS)])
    try {
      const { status, body } = await server.ask('GET', '/registers/ready', undefined, limit)
      if (status >= 500) throw new Error(`HTTP ${status}: ${body.slice(0, QUOTED)}`)
    } finally {
      await server.close()
    }
  },
  wallTime: async (target, signal) => {
    const { host, port } = target.node.endpoint(0)
    const answer = await fetch(`http://${host}:${port}/`, { signal })
    await answer.arrayBuffer()
    const secondMs = Date.parse(answer.headers.get('date') ?? '')
    // Whole seconds: servers speak of time no finer.
    return Number.isNaN(secondMs) ? undefined : { ms: secondMs + 500, withinMs: 500 }
  },
} satisfies Protocol
