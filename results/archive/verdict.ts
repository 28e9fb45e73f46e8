/**
 * The shape of a verdict as it is stored and printed, for whoever reads one that others wrote. It describes
 * `VerdictRecord`, which the compiler holds against it; unknown fields, of a later version, are left out.
 */
import { z } from 'zod'
import type { VerdictRecord } from '../run.ts'

const index = z.number().int().nonnegative()
const key = z.union([z.string(), z.number()])
const valid = z.union([z.boolean(), z.literal('unknown')])

const edge = z.object({
  from: index,
  to: index,
  relation: z.string().describe('process, realtime, wr, ww, rw, …'),
  why: z.string(),
})

const anomaly = z.object({
  type: z.string().describe('the name that the literature has for it, such as lost or stale-read'),
  summary: z.string().describe('one sentence that can be verified against the operations named'),
  ops: z.array(index).describe('index fields of the invocations that prove it'),
  elements: z.array(key).exactOptional().describe('the elements concerned, the first thousand'),
  edges: z.array(edge).exactOptional().describe('where an order contradicts itself, cycle first'),
})

const order = z.object({ key: key.exactOptional(), ops: z.array(index) })

const partial = z.object({
  key: key.exactOptional(),
  ops: z.array(index).describe('a legal order of what completed before `stuck`'),
  before: index.exactOptional().describe('how many more stand before them'),
  states: z.array(z.string()).describe('the states after the last of `ops`'),
  stuck: index.describe('the operation that no order explains'),
  pending: z.array(index).describe('what had begun by then and stands not in the order'),
})

const witness = z.union([
  z.object({ valid: z.literal(true), orders: z.array(order) }),
  z.object({ valid: z.literal(false), partial }),
  z.object({ valid: z.literal('unknown'), reason: z.string() }),
])

const stats = z.record(z.string(), z.union([z.number(), z.string()]))

export const outcomes = [
  'valid',
  'violation',
  'unknown',
  'environment',
  'interrupted',
  'malformed',
] as const

/** `verdict.json`, and an element of `results` wherever verdicts are printed. */
export const verdictRecord = z.object({
  version: z.literal(1),
  input: z.string().describe("the run's folder or the history file that was judged"),
  valid,
  reason: z.string().exactOptional().describe('why it is unknown'),
  anomalies: z.array(anomaly.extend({ checker: z.string() })),
  checkers: z
    .record(
      z.string(),
      z.object({ valid, reason: z.string().exactOptional(), stats: stats.exactOptional() }),
    )
    .describe('what each checker said, by name'),
  outcome: z.enum(outcomes),
  problems: z.array(z.string()).describe('what went wrong in the harness or the environment'),
  notes: z.array(z.string()).describe('things to know that change nothing'),
  witness: witness.exactOptional().describe('an order that shows it, or how far one comes'),
  placement: z
    .object({
      strongest: z.string(),
      weakestBroken: z.string(),
      undecided: z.string().exactOptional(),
      anomalies: z.array(anomaly),
    })
    .exactOptional()
    .describe('where a history that is not linearizable stands among the weaker levels'),
}) satisfies z.ZodType<Omit<VerdictRecord, 'witness'>>
