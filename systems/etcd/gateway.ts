/**
 * etcd's gRPC API as JSON over HTTP, on one connection. The gateway writes keys and values in base64
 * and 64-bit numbers as strings, and leaves out every field that has its zero value: `succeeded` is
 * absent when false. Nothing here retries; a request that was written is written once.
 */
import { Client } from 'undici'

/** Shorter than any sensible operation time-out, so that "never connected" is known as such. */
const CONNECT_LIMIT_MS = 500

/** Long: a connection that lies idle between two operations is kept. */
const KEEP_ALIVE_MS = 600_000

export interface Header {
  readonly member_id?: string
  readonly raft_term?: string
}
export interface KeyValue {
  readonly key: string
  readonly value?: string
  readonly create_revision?: string
  readonly mod_revision?: string
}
export interface RangeReply {
  readonly header: Header
  readonly kvs?: readonly KeyValue[]
}
export interface TxnReply {
  readonly header: Header
  readonly succeeded?: boolean
  readonly responses?: readonly { readonly response_range?: RangeReply }[]
}
export interface StatusReply {
  readonly header: Header
  readonly leader?: string
  readonly errors?: readonly string[]
}
export interface MembersReply {
  readonly members: readonly EtcdMember[]
}
/** A member without a name was added and has not started yet. */
export interface EtcdMember {
  readonly ID: string
  readonly name?: string
  readonly peerURLs?: readonly string[]
  readonly clientURLs?: readonly string[]
}

/** etcd answered, and the answer is an error. `message` is etcd's own. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError'
}

export class Gateway {
  private readonly http: Client

  constructor({ host, port }: { readonly host: string; readonly port: number }) {
    this.http = new Client(`http://${host}:${port}`, {
      pipelining: 1,
      connect: { timeout: CONNECT_LIMIT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The caller's signal is the one time limit.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  /** @throws EtcdError when etcd refuses; whatever the connection throws */
  async call<Reply>(path: string, request: object, signal: AbortSignal): Promise<Reply> {
    const { statusCode, body } = await this.http.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal,
    })
    const text = await body.text()
    if (statusCode !== 200) throw new EtcdError(errorMessage(statusCode, text))
    return JSON.parse(text) as Reply
  }

  /** Drops the connection and whatever is still under way on it. */
  close(): Promise<void> {
    return this.http.destroy()
  }
}

/** The message in the gateway's JSON error, or the status when the answer is something else. */
export const errorMessage = (statusCode: number, text: string): string => {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown }
    if (typeof error === 'string') return error
  } catch {
    // Not JSON: the status says more.
  }
  return `HTTP ${statusCode}`
}

export const encode = (text: string): string => Buffer.from(text).toString('base64')
export const decode = (base64: string): string => Buffer.from(base64, 'base64').toString()
