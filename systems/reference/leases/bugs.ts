/** Mistakes that people made with leases and locks, each of which one build of ours makes on purpose. */
export const bugs = {
  LE1: 'the storage does not look at tokens, so a leader that was paused beyond its lease still writes',
  LE2: 'the keeper judges by its wall clock whether a lease is over',
  LE3: 'the keeper gives away what a server holds that is silent for a while, although its lease still runs',
  LE4: 'tokens are not kept on disk, so a restarted keeper gives the same ones again',
  LE5: 'leases are not kept on disk, so a restarted keeper gives away what somebody holds',
  LE6: 'the keeper takes a lock back whoever gives it, so a late release frees the lock of the next holder',
} as const
export type Bug = keyof typeof bugs
