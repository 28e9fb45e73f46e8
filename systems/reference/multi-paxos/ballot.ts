/**
 * Ballots: the numbers of Paxos' proposals. Two proposers never use the same one, because its node is part of
 * it (Lamport, "Paxos Made Simple", section 2.5: "different proposers choose their numbers from disjoint sets").
 */
export interface Ballot {
  readonly round: number
  readonly node: string
}

/** Below every ballot that anybody uses. */
export const NO_BALLOT: Ballot = { round: 0, node: '' }

/** Negative when `one` is lower, positive when it is higher. */
export const compare = (one: Ballot, other: Ballot): number => {
  if (one.round !== other.round) return one.round - other.round
  if (one.node === other.node) return 0
  return one.node < other.node ? -1 : 1
}
