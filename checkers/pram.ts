/**
 * PRAM, pipelined RAM or FIFO consistency (Lipton and Sandberg 1988): for every session there is one order
 * of all writes and of its own reads that holds the program order of every session, in which each of its
 * reads returns the last write of its key. Sessions may disagree on the order of writes of different ones.
 *
 * Decided exactly where each value of a key is written once; see `causality/saturation.ts` for the cost.
 */
import { level } from './causality/judge.ts'
import { pipelined } from './causality/memory.ts'
import type { CheckerPlugin } from './checker.ts'

export default {
  summary: 'each session sees the writes of every other one in their order',
  ...level(pipelined),
} satisfies CheckerPlugin
