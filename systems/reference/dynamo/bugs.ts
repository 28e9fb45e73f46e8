/** Mistakes in building and in setting up a quorum store, each of which one build of ours makes on purpose. */
export const bugs = {
  DY1: 'a read asks one replica and a write two of three: they need not meet',
  DY2: 'a read leaves the replicas that are behind to catch up some other time',
  DY3: 'a node that keeps a write for another that is away has it in memory alone',
  DY4: 'the wall clock of the node that takes a write says which write is the last',
  DY5: 'of concurrent versions the one with the larger clock is kept as though it knew the other',
  DY6: 'a replica forgets that something was removed before the others need have heard of it',
} as const
export type Bug = keyof typeof bugs
