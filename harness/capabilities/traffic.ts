/** What happens to packets on their way over the cluster's links, beyond being cut off. */

/** All nodes' clients on the host, as one end of a link. */
export const CLIENTS = 'clients'

/** A directed link; an end is a node's name or `clients`. At least one end is a node. */
export type Link = {
  readonly from: string
  readonly to: string
}

/** How packets of a link are treated. Percentages are of packets, times ms. */
export type Shaping =
  /** `burst`: how many packets in a row are lost each time; absent: each by itself. */
  | { readonly kind: 'loss'; readonly percent: number; readonly burst?: number }
  /** `jitterMs`: half the width (uniform) or the standard deviation; late packets are overtaken. */
  | {
      readonly kind: 'delay'
      readonly ms: number
      readonly jitterMs: number
      readonly distribution: 'uniform' | 'normal' | 'pareto'
    }
  | { readonly kind: 'duplicate'; readonly percent: number }
  /** So many packets wait `gapMs` and are overtaken by what comes meanwhile. */
  | { readonly kind: 'reorder'; readonly percent: number; readonly gapMs: number }
  /** One bit behind the IP header is wrong: TCP's and UDP's checksums notice. */
  | { readonly kind: 'corrupt'; readonly percent: number }
  | { readonly kind: 'rate'; readonly kbitS: number }
  /** Nothing passes until it is released; then all of it does, in order. */
  | { readonly kind: 'hold' }

/** What was counted of a shaping on a link since it was installed. */
export interface ShapingCount {
  readonly link: Link
  /** Packets that came as far as the shaping, and those it did something to. */
  readonly packets: number
  readonly touched: number
}

/** One answer to an echo request. */
export interface EchoReply {
  /** The request's number, from 0. */
  readonly sequence: number
  /** The round trip, ms. */
  readonly ms: number
  /** When it came, ms after the first request was sent. */
  readonly atMs: number
}

/** What came back over a link and the one in the other direction. */
export interface Echo {
  readonly link: Link
  readonly sent: number
  /** In the order in which they came; a lost one is absent, a duplicate there twice. */
  readonly replies: readonly EchoReply[]
}

export interface EchoOptions {
  /** Requests a link; at most 10 000. */
  readonly count: number
  /** ms between two of them on one link; default 2. */
  readonly gapMs?: number
  /** How long an answer to the last may take, ms; default 500. Ends earlier when all have come. */
  readonly waitMs?: number
  /** Bytes a request carries; default 56. */
  readonly bytes?: number
}

/**
 * The cluster's links, as faults shape them. Shapings of different kinds hold side by side, also on the
 * same link, and beside partitions; IPv4 and IPv6 alike.
 * @throws EnvironmentError when a link has no end that is a node of the cluster
 */
export interface Traffic {
  /** Shapes these links and no others, replacing what was set of the same kind. */
  shape(links: readonly Link[], shaping: Shaping): Promise<void>
  /** Ends one kind of shaping everywhere. Held packets are let go. Idempotent. */
  clear(kind: Shaping['kind']): Promise<void>
  /** What the kernel, or the queue that holds packets, has counted of these kinds; none when not set. */
  counts(kind: 'loss' | 'duplicate' | 'hold'): Promise<readonly ShapingCount[]>
  /** Sends echo requests over all these links at the same time; the kernels answer. */
  echo(links: readonly Link[], options: EchoOptions): Promise<readonly Echo[]>
  /** Packets that nodes have refused for a wrong checksum since they started, by node. */
  badChecksums(): Promise<Readonly<Record<string, number>>>
  /** The TCP connections that are open over these links, each as text: once, also for both directions. */
  connections(links: readonly Link[]): Promise<readonly string[]>
  /** Cuts them with a reset to both ends. @returns those that were cut */
  reset(links: readonly Link[]): Promise<readonly string[]>
}
