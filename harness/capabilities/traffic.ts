/** What happens to packets on their way over the cluster's links, beyond being cut off. */

/** All nodes' clients on the host, as one end of a link. */
export const CLIENTS = 'clients'

/** A directed link; an end is a node's name or `clients`. */
export interface Link {
  readonly from: string
  readonly to: string
}

/** How packets of a link are treated. Percentages are of packets, times ms. */
export type Shaping =
  | { readonly kind: 'loss'; readonly percent: number; readonly burst?: number }
  | {
      readonly kind: 'delay'
      readonly ms: number
      readonly jitterMs: number
      readonly distribution: 'uniform' | 'normal' | 'pareto'
    }
  | { readonly kind: 'duplicate'; readonly percent: number }
  | { readonly kind: 'reorder'; readonly percent: number; readonly gapMs: number }
  | { readonly kind: 'corrupt'; readonly percent: number }
  | { readonly kind: 'rate'; readonly kbitS: number }
  /** Nothing passes until it is released; then all of it does, in order. */
  | { readonly kind: 'hold' }

/** What a kernel counted of a shaping on a link since it was installed. */
export interface ShapingCount {
  readonly link: Link
  /** Packets that came as far as the shaping, and those it did something to. */
  readonly packets: number
  readonly touched: number
}

/** The cluster's links, as faults shape them. Shapings of different kinds hold side by side. */
export interface Traffic {
  /** Shapes these links and no others, replacing what was set of the same kind. */
  shape(links: readonly Link[], shaping: Shaping): Promise<void>
  /** Ends one kind of shaping everywhere. Held packets are let go. Idempotent. */
  clear(kind: Shaping['kind']): Promise<void>
  /** Cuts the TCP connections that are open over these links. @returns how many were cut */
  reset(links: readonly Link[]): Promise<number>
  /** Round-trip times of `count` probes in ms; a lost one is absent. */
  ping(link: Link, count: number): Promise<readonly number[]>
  counts(kind: Shaping['kind']): Promise<readonly ShapingCount[]>
}
