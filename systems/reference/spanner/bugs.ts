/** Mistakes that people make with TrueTime and leases, each of which one build of ours makes on purpose. */
export const bugs = {
  SP1: 'a commit is answered and seen before its timestamp is certainly past: no commit wait',
  SP2: 'TrueTime takes the machine’s clock for right to within a constant, whatever the others say',
  SP3: 'a voter is free when its own time-out is over, without the margin that the leader’s lease needs',
  SP4: 'a snapshot is read although transactions that are prepared may still commit before it',
  SP5: 'a leader that abdicates does not wait until the timestamps that it used are past',
} as const
export type Bug = keyof typeof bugs
