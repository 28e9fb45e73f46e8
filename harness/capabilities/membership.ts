/** Who belongs to the tested system, as faults change it, and what a system must know to let them. */
import type { ClusterNode } from '../api.ts'
import type { Messages } from './messages.ts'

/** What one node says of the members it knows. */
export interface MemberList {
  /** Those that take part. */
  readonly members: readonly string[]
  /** Those that were taken in and have not started yet. */
  readonly pending: readonly string[]
  /** What the system calls them: a node that was replaced has another name there. */
  readonly identities: Readonly<Record<string, string>>
}

/** What the system says of its own membership: the list that most of the answering nodes agree on. */
export interface Members extends MemberList {
  /** What each node says that answers. */
  readonly views: Readonly<Record<string, MemberList>>
}

export interface Membership {
  /** @throws EnvironmentError when no node answers */
  view(): Promise<Members>
  /**
   * Takes in a node that does not belong to the system, with an empty data folder, and starts it. Returns
   * when the system counts it as one that takes part.
   * @throws EnvironmentError when that is still undecided after half a minute, with the system's reason
   */
  add(node: string): Promise<void>
  /** Removes a node; then it is killed and its data is gone. @throws as `add` */
  remove(node: string): Promise<void>
  /**
   * Asks one node for a change and leaves it at that: whether it comes about nobody says.
   * @throws when the node refuses, or does not answer
   */
  ask(via: string, change: 'add' | 'remove', node: string): Promise<void>
  /** Nodes that may be taken in: those that were removed first, then those beyond the cluster's own. */
  outside(): Promise<readonly string[]>
  /**
   * The cluster's own nodes belong to the system again and no others: also those whose data was lost, which
   * are removed first. Idempotent; leaves nodes alone that are only down.
   */
  restore(): Promise<void>
}

/**
 * How a system changes its members. `nodes` are all that may ever belong to it, `messages` is how nodes of a
 * reference system are spoken to.
 */
export interface MembershipProtocol {
  /** Asks one node for the members it knows. */
  view(
    via: ClusterNode,
    nodes: readonly ClusterNode[],
    signal: AbortSignal,
    messages: Messages,
  ): Promise<MemberList>
  /** Asks one node to take another in. An error may mean that it was, or will be. */
  add(via: ClusterNode, node: ClusterNode, signal: AbortSignal, messages: Messages): Promise<void>
  /** Asks one node to remove another. An error may mean that it was, or will be. */
  remove(
    via: ClusterNode,
    node: ClusterNode,
    signal: AbortSignal,
    messages: Messages,
  ): Promise<void>
  /** The files that a node which was taken in must find when it starts: absolute path → text. */
  joining(
    via: ClusterNode,
    node: ClusterNode,
    nodes: readonly ClusterNode[],
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>>
}

/**
 * Whether the members that answer are a majority when there is one more, or less: of the members there are
 * then, and of the cluster's own `nodes`, so that it does not shrink to a majority of ever fewer.
 */
export const keepsMajority = (
  { members, pending, views }: Members,
  nodes: number,
  change: { readonly without?: string; readonly with?: string },
): boolean => {
  const known = new Set([...members, ...pending])
  if (change.with !== undefined) known.add(change.with)
  if (change.without !== undefined) known.delete(change.without)
  const alive = [...known].filter((name) => name in views)
  return alive.length > Math.max(known.size, nodes) / 2
}
