/** What systems promise, in the words of the literature: for single objects and for transactions. */

/** What is promised of transactions, from strong to weak (Adya 1999; Cerone, Bernardi & Gotsman 2015). */
const isolationLevels = [
  'strict-serializable',
  'strong-session-serializable',
  'serializable',
  'strong-snapshot-isolation',
  'strong-session-snapshot-isolation',
  'snapshot-isolation',
  'parallel-snapshot-isolation',
  'repeatable-read',
  'causal',
  'read-atomic',
  'monotonic-atomic-view',
  'read-committed',
  'read-uncommitted',
] as const
export type IsolationLevel = (typeof isolationLevels)[number]

/** The consistency models schism speaks of, from strong to weak, as the literature names them. */
export const consistencyModels = [
  'linearizable',
  'sequential',
  'causal',
  'eventual',
  // No promise that an acknowledged write survives.
  'best-effort',
  ...isolationLevels,
] as const
export type ConsistencyModel = (typeof consistencyModels)[number]
