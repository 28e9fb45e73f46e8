/** Mistakes that people could make with a pair of replayed machines, each of which one build of ours makes. */
export const bugs = {
  FT1: 'the primary answers before its backup has acknowledged the input: the output rule is not kept',
  FT2: 'a host that hears nothing of the other goes live without the test-and-set',
  FT3: 'the log does not hold what was drawn by lot, so the backup draws for itself when it replays',
  FT4: 'the backup goes live before it has replayed what is left in its log',
  FT5: 'the shared storage keeps in memory alone who has won the test-and-set',
} as const
export type Bug = keyof typeof bugs
