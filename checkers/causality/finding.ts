/** What a level's search hands over: a violation with operations that are enough to prove it. */
import type { Step } from './schedule.ts'

export interface Finding {
  readonly type:
    | 'thin-air-read'
    | 'cyclic-co'
    | 'write-co-init-read'
    | 'write-co-read'
    | 'cyclic-cf'
    | 'write-hb-init-read'
    | 'cyclic-hb'
    | 'non-monotonic-read'
    | 'future-read'
    | 'read-your-writes'
    | 'monotonic-writes'
    | 'writes-follow-reads'
    | 'pram'
  /** Operations that violate the level on their own; they may repeat, in no order. */
  readonly ops: readonly number[]
  /** Why the operations stand in the order in which they do: where it ends in a cycle, the cycle first. */
  readonly steps: readonly Step[]
  /** The read that should not have returned what it returned. */
  readonly read?: number
  /** What it should have seen. */
  readonly by?: number
}

/** What a level's search found. */
export interface Found {
  /** At most `most` of each kind. */
  readonly findings: readonly Finding[]
  /** How many there are in all. */
  readonly total: number
}

/** How many findings of one kind are shown. */
export const most = 10

/** A finding whose proof is a cycle along program order and reads-from. */
export const ofCycle = (type: Finding['type'], steps: readonly Step[]): Finding => ({
  type,
  ops: steps.flatMap(({ from, to }) => [from, to]),
  steps,
})

/** Both of two searches' findings. */
export const both = (one: Found, other: Found): Found => ({
  findings: [...one.findings, ...other.findings],
  total: one.total + other.total,
})
