/** What the manager and the servers say to each other. */

/** Who is in the chain, from the head to the tail. Epochs rise, and no two configurations have the same. */
export interface Config {
  readonly epoch: number
  /** Those that have everything that was ever answered. */
  readonly chain: readonly string[]
  /** Comes behind them and is still given the state: not to be relied upon. */
  readonly joiner: string | null
}

/** A server reports to the manager so often, ms. */
export const PING_MS = 25

export interface Ping {
  /** The epoch that the server knows. */
  readonly epoch: number
  /** The epoch in which it was given its state; 0 when it has none. */
  readonly since: number
  /** Which run of the server asks, and its questions numbered: so that it knows what an answer is to. */
  readonly run: number
  readonly question: number
}

/** Everybody through whom updates go, in their order. */
export const pathOf = ({ chain, joiner }: Config): readonly string[] =>
  joiner === null ? chain : [...chain, joiner]
