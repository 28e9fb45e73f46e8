/**
 * What was done in a run, in numbers: operations by kind with their latencies, faults by name, changes of
 * leader. Read from the history; printed by `schism show --json` and compared by `schism diff`.
 */
import { z } from 'zod'
import type { History } from '../../checkers/history.ts'
import { episodes, skippedEpisodes } from '../../checkers/ledger.ts'
import { measure } from '../report/measure.ts'
import { timeline } from '../report/timeline.ts'

const count = z.number().int().nonnegative()

export const runNumbers = z.object({
  operations: count.describe('of clients'),
  ok: count,
  okPerSecond: z.number(),
  seconds: z.number().describe('from the start to the last event'),
  kinds: z.array(
    z.object({
      f: z.string(),
      ok: count,
      fail: count,
      info: count,
      latencyMs: z
        .object({ p50: z.number(), p99: z.number(), max: z.number() })
        .exactOptional()
        .describe('of ok operations'),
    }),
  ),
  faults: z.array(
    z.object({
      fault: z.string(),
      planned: count,
      held: count.describe('took hold, with evidence'),
      healed: count,
    }),
  ),
  leaderChanges: count,
  recoveryMs: z
    .number()
    .exactOptional()
    .describe('from the last heal until everything served again'),
})
export type RunNumbers = z.infer<typeof runNumbers>

/** Gathers the numbers of a history. O(events). */
export const numbersOf = (history: History): RunNumbers => {
  const { kinds, operations, ok, okPerSecond, endNs } = measure(history)
  const { leaderChanges, recoveryMs } = timeline(history)
  return {
    operations,
    ok,
    okPerSecond: rounded(okPerSecond),
    seconds: rounded(endNs / 1e9),
    kinds: kinds.map(({ latency, ...kind }) => ({
      ...kind,
      ...(latency === undefined
        ? {}
        : {
            latencyMs: {
              p50: rounded(latency.p50),
              p99: rounded(latency.p99),
              max: rounded(latency.max),
            },
          }),
    })),
    faults: faultsOf(history),
    leaderChanges: leaderChanges.length,
    ...(recoveryMs === undefined ? {} : { recoveryMs }),
  }
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000

const faultsOf = (history: History): RunNumbers['faults'] => {
  const begun = episodes(history)
  const names = [...begun, ...skippedEpisodes(history)].map(({ fault }) => fault)
  return [...new Set(names)].map((name) => {
    const own = begun.filter(({ fault }) => fault === name)
    return {
      fault: name,
      planned: names.filter((other) => other === name).length,
      held: own.filter(({ installedAt }) => installedAt !== undefined).length,
      healed: own.filter(({ healedAt }) => healedAt !== undefined).length,
    }
  })
}
