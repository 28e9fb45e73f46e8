/** How answers are sent: nothing is kept by anybody, framed, sniffed or told to other sites. */
import type { ServerResponse } from 'node:http'

/** What a path answers with; a `stream` sends itself. */
export type Answer =
  | { readonly kind: 'json'; readonly status?: number; readonly body: unknown }
  | {
      readonly kind: 'text'
      readonly status?: number
      readonly type: string
      readonly body: string | Buffer
      readonly headers?: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'stream'
      readonly type: string
      readonly headers?: Readonly<Record<string, string>>
      /** Writes the body and ends it. */
      readonly send: (response: ServerResponse) => void
    }

/** On every answer; a page replaces the policy by its own. */
const always: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

export const failure = (status: number, says: string): Answer => ({
  kind: 'json',
  status,
  body: { version: 1, error: says },
})

/** Sends an answer; its body only where one was asked for. */
export const respond = (response: ServerResponse, method: string, answer: Answer): void => {
  for (const [name, value] of Object.entries(always)) response.setHeader(name, value)
  if (answer.kind === 'json') {
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.statusCode = answer.status ?? 200
    response.end(method === 'HEAD' ? undefined : `${JSON.stringify(answer.body)}\n`)
    return
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  response.setHeader('Content-Type', answer.type)
  if (answer.kind === 'stream') {
    if (method === 'HEAD') response.end()
    else answer.send(response)
    return
  }
  response.statusCode = answer.status ?? 200
  response.end(method === 'HEAD' ? undefined : answer.body)
}
