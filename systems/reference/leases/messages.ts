/** What the keeper of the leases, the storage and the servers say to each other. */
import type { Body, Json } from '../../../harness/api.ts'

/** The lock that whoever leads holds. */
export const LEADER = 'leader'
/** How long a leader leads without renewal, ms. */
export const LEASE_MS = 300
/** A server reports to the keeper about so often, ms. */
export const PING_MS = 25

/** A heartbeat, which renews the leader's lease. `owner` names one run of a server: another knows nothing of it. */
export interface Ping {
  readonly number: number
  readonly owner: string
}

/** Who leads, answering the ping of that number. The term is the leader's fencing token. */
export interface Pong {
  readonly number: number
  readonly term: number
  readonly owner: string
  readonly server: string
}

/** Whom the answer is for that a server passes on. */
export interface Asker {
  readonly client: string
  readonly id: number
}

export interface Acquire {
  readonly asker: Asker
  readonly lock: string
  readonly owner: string
  readonly ttlMs: number
}

export interface Release {
  readonly asker: Asker
  readonly lock: string
  readonly token: number
}

export interface Answer {
  readonly asker: Asker
  readonly answer: Body
}

/** What a leader asks of the storage, one thing after another; numbers of one token rise. */
export interface Load {
  readonly token: number
  readonly number: number
}

export interface Loaded extends Load {
  readonly state: Json
}

/** The state as it is to be after what the leader has done. */
export type Save = Loaded
export type Saved = Load
/** The token is older than one that the storage has seen. */
export type Fenced = Load
