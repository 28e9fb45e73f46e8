/** What may differ between one node of the store and another build of it. */
import type { OptionValues } from '../../../harness/api.ts'
import { type Bug, controlOfBug } from './bugs.ts'

/** How transactions are kept apart. */
export const controls = ['two-phase-locking', 'optimistic', 'multiversion'] as const
export type Control = (typeof controls)[number]

/** Each shard on the disk of one node, or in a Raft group. */
export const replications = ['none', 'raft'] as const
export type Replication = (typeof replications)[number]

export interface StoreOptions {
  readonly bug: Bug | 'none'
  readonly control: Control
  readonly replication: Replication
  /** Records in a log before a snapshot takes their place. */
  readonly snapshotAfter: number
  /** The shortest wait for a leader of a Raft group, ms. */
  readonly electionMs: number
}

/** A mistake that only one way of control can make decides which one it is. */
export const optionsOf = (values: OptionValues): StoreOptions => {
  const bug = values.bug as Bug | 'none'
  const decided = bug === 'none' ? undefined : controlOfBug[bug]
  return {
    bug,
    control: decided ?? (values.control as Control),
    replication: values.replication as Replication,
    snapshotAfter: Number(values.snapshotAfter),
    electionMs: Number(values.electionMs),
  }
}
