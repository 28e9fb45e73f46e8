/** The server of `schism serve`: lets in who may ask, hands on what is asked, and ends at once when it is to. */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EnvironmentError, messageOf } from '../errors.ts'
import { failure, respond } from './answer.ts'
import { admit, type Gate } from './guard.ts'
import { Site, type SiteOptions } from './site.ts'

export interface ServeOptions extends SiteOptions {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Hears of what should not have happened. */
  readonly failed: (error: unknown) => void
}

export interface Served {
  readonly port: number
  /** With the token. */
  readonly url: string
  close(): Promise<void>
}

/** Answers from now on. @throws EnvironmentError when the address cannot be used */
export const serve = async (options: ServeOptions): Promise<Served> => {
  const { host } = options
  const token = randomBytes(24).toString('base64url')
  const site = new Site(options)
  let gate: Gate = { token, host, port: options.port }
  const server = createServer((request, response) => {
    void handle(request, response, { site, gate, failed: options.failed })
  })
  try {
    const port = await listening(server, options)
    gate = { token, host, port }
    return {
      port,
      url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/?token=${token}`,
      close: async () => {
        const closed = new Promise((done) => server.close(done))
        server.closeAllConnections()
        await Promise.all([closed, site.close()])
      },
    }
  } catch (error) {
    await site.close()
    throw error
  }
}

const listening = (server: Server, { host, port }: ServeOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Readonly<Record<string, string>> = {
        EADDRINUSE: 'is in use; --port names another one, 0 any that is free',
        EACCES: 'may not be used by this user; --port names another one',
        EADDRNOTAVAIL: 'is no address of this machine; --host names one',
        ENOTFOUND: 'is no name that is known; --host names an address of this machine',
      }
      const reason = reasons[error.code ?? ''] ?? `cannot be listened at: ${error.message}`
      reject(new EnvironmentError(`port ${port} at ${host} ${reason}`))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })

interface Handling {
  readonly site: Site
  readonly gate: Gate
  readonly failed: (error: unknown) => void
}

const handle = async (
  request: IncomingMessage,
  response: ServerResponse,
  { site, gate, failed }: Handling,
): Promise<void> => {
  const { method = '', url = '', headers } = request
  // Nothing that is sent along is of interest.
  request.resume()
  const { host, origin, cookie } = headers
  const admission = admit({ method, url, host, origin, cookie }, gate)
  try {
    if (admission.kind === 'refused')
      respond(response, method, failure(admission.status, admission.says))
    else if (admission.kind === 'welcome') {
      response.setHeader('Set-Cookie', admission.cookie)
      response.setHeader('Location', admission.location)
      respond(response, method, failure(303, 'the token is known from now on'))
    } else {
      const { path, query } = admission
      respond(response, method, await site.answer({ method, path, query }))
    }
  } catch (error) {
    failed(error)
    if (response.headersSent) response.destroy()
    else respond(response, method, failure(500, messageOf(error)))
  }
}
