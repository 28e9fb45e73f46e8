/** What servers of a chain say to each other, and hear from the manager. */
import type { Json } from '../../../harness/api.ts'
import type { Request } from '../store.ts'
import type { Config } from './config.ts'

export interface Learnt {
  readonly config: Config
  /** What it answers. */
  readonly run: number
  readonly question: number
}

export interface Update {
  readonly epoch: number
  /** The place before the first of them. */
  readonly prev: number
  readonly updates: readonly (Request | null)[]
}

export interface State {
  readonly epoch: number
  readonly index: number
  readonly state: Json
}
