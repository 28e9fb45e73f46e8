/** Mistakes in building a database on a quorum of storage nodes, each of which one build of ours makes on purpose. */
export const bugs = {
  AU1: 'three of six are enough for a write, and three for a read: they need not meet',
  AU2: 'recovery keeps a part of a mini-transaction, and annuls nothing that lies above',
  AU3: 'a storage node acknowledges the highest record that it has, whatever is missing below',
  AU4: 'a read replica takes pages as storage has them now, not as of its read point',
  AU5: 'storage nodes do not ask which epoch a writer belongs to',
} as const
export type Bug = keyof typeof bugs
