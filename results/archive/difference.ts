/**
 * What is different between two runs: what they were to do, what was found, and the numbers. Fields that are
 * the same are left out, except for the numbers, which say little without the ones beside them.
 */
import { basename } from 'node:path'
import { z } from 'zod'
import { shown } from '../report/text.ts'
import type { RunRecord, VerdictRecord } from '../run.ts'
import { type RunNumbers, runNumbers } from './numbers.ts'
import { outcomeOf, rowOutcomes } from './row.ts'
import type { StoredRun } from './stored.ts'

/** One run to be compared; a history that cannot be read has no numbers. */
export interface Side {
  readonly stored: StoredRun
  readonly numbers: RunNumbers | undefined
}

const count = z.number().int().nonnegative()
const pair = <T extends z.ZodType>(of: T) => z.tuple([of, of])
const kind = runNumbers.shape.kinds.element

export const runDifference = z.object({
  version: z.literal(1),
  runs: pair(
    z.object({
      id: z.string(),
      folder: z.string(),
      startedAt: z.string().exactOptional(),
      outcome: z.enum(rowOutcomes),
      missing: z.array(z.string()).describe('what could not be compared'),
    }),
  ),
  plan: z
    .array(z.object({ field: z.string(), values: pair(z.string().nullable()) }))
    .describe('fields of run.json with other values; null where there is none'),
  checkers: z
    .array(z.object({ checker: z.string(), valid: pair(z.string().nullable()) }))
    .describe('checkers that said something else: true, false or unknown'),
  anomalies: z
    .array(z.object({ type: z.string(), checker: z.string(), counts: pair(count) }))
    .describe('anomalies of which there are more in one run than in the other'),
  kinds: z
    .array(z.object({ f: z.string(), values: pair(kind.omit({ f: true }).nullable()) }))
    .describe('operations by kind, different or not'),
  faults: z
    .array(z.object({ fault: z.string(), planned: pair(count), held: pair(count) }))
    .describe('faults by name, different or not'),
  totals: pair(runNumbers.omit({ kinds: true, faults: true }).nullable()),
})
export type RunDifference = z.infer<typeof runDifference>

type Pair<T> = [T, T]

/** Compares two runs. O(size of their plans and verdicts). */
export const difference = (one: Side, other: Side): RunDifference => {
  const sides = [one, other] as const
  return {
    version: 1,
    runs: both(sides, ({ stored: { folder, run, verdict, missing } }) => ({
      id: run?.id ?? basename(folder),
      folder,
      ...(run === undefined ? {} : { startedAt: run.startedAt }),
      outcome: run === undefined ? 'damaged' : outcomeOf(verdict),
      missing: [...missing],
    })),
    plan: planDifference(both(sides, ({ stored }) => fieldsOf(stored.run))),
    checkers: checkersDifference(both(sides, ({ stored }) => stored.verdict)),
    anomalies: anomaliesDifference(both(sides, ({ stored }) => stored.verdict)),
    kinds: kindsOf(both(sides, ({ numbers }) => numbers)),
    faults: faultsOf(both(sides, ({ numbers }) => numbers)),
    totals: both(sides, ({ numbers }) => {
      if (numbers === undefined) return null
      const { kinds, faults, ...totals } = numbers
      return totals
    }),
  }
}

const both = <S, T>(sides: readonly [S, S], of: (side: S) => T): Pair<T> => [
  of(sides[0]),
  of(sides[1]),
]

/** What stands in either of two lists, each once. */
const either = (lists: Pair<readonly string[]>): readonly string[] => [...new Set(lists.flat())]

/** Told elsewhere, or different in any two runs, as is the subnet. */
const OWN: ReadonlySet<string> = new Set(['version', 'id', 'startedAt', 'clockOrigin', 'command'])

/** A plan as one level of fields with short texts. */
const fieldsOf = (run: RunRecord | undefined): Readonly<Record<string, string>> => {
  if (run === undefined) return {}
  const { schedule, members, environment, systemOptions, workloadOptions, claim, ...rest } = run
  const named = (group: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => [`${group}.${name}`, value] as const)
  const fields = [
    ...Object.entries(rest).filter(([name]) => !OWN.has(name)),
    ...named('options', { ...systemOptions, ...workloadOptions }),
    ['members', members.map(({ name, role }) => `${name} (${role})`)],
    ['promised', claim.model],
    ['schedule', JSON.stringify(schedule)],
    ...named('environment', environment).filter(([name]) => !name.startsWith('environment.subnet')),
  ] as const
  return Object.fromEntries(fields.map(([name, value]) => [name, text(value)]))
}

const text = (value: unknown): string => {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.join(', ') : shown(value, 200)
}

const planDifference = (fields: Pair<Readonly<Record<string, string>>>): RunDifference['plan'] =>
  either(both(fields, Object.keys)).flatMap((field) => {
    const values = both(fields, (side) => side[field] ?? null)
    if (values[0] === values[1]) return []
    return [{ field, values: field === 'schedule' ? both(values, episodesOf) : values }]
  })

/** A schedule in short: how long it is and what it does when. */
const episodesOf = (text: string | null): string | null => {
  if (text === null) return null
  const { episodes, calls } = JSON.parse(text) as RunRecord['schedule']
  const told = episodes.slice(0, TOLD).map(({ fault, at }) => {
    const start = at === undefined ? 'when triggered' : `at ${at} s`
    return `${fault} ${start}`
  })
  const more = episodes.length > TOLD ? ', …' : ''
  const given = calls === undefined ? '' : `, ${calls.length} calls`
  return `${episodes.length} episodes${told.length === 0 ? '' : ': '}${told.join(', ')}${more}${given}`
}

const TOLD = 6

const checkersDifference = (
  verdicts: Pair<VerdictRecord | undefined>,
): RunDifference['checkers'] => {
  const said = both(verdicts, (verdict) => verdict?.checkers ?? {})
  return either(both(said, Object.keys)).flatMap((checker) => {
    const valid = both(said, (side) =>
      side[checker] === undefined ? null : String(side[checker].valid),
    )
    return valid[0] === valid[1] ? [] : [{ checker, valid }]
  })
}

const anomaliesDifference = (
  verdicts: Pair<VerdictRecord | undefined>,
): RunDifference['anomalies'] => {
  const found = both(verdicts, (verdict) => verdict?.anomalies ?? [])
  const kinds = new Map(
    found.flat().map(({ type, checker }) => [`${checker} ${type}`, { type, checker }] as const),
  )
  return [...kinds.values()].flatMap(({ type, checker }) => {
    const counts = both(
      found,
      (side) => side.filter((one) => one.type === type && one.checker === checker).length,
    )
    return counts[0] === counts[1] ? [] : [{ type, checker, counts }]
  })
}

const kindsOf = (numbers: Pair<RunNumbers | undefined>): RunDifference['kinds'] => {
  const kinds = both(numbers, (side) => side?.kinds ?? [])
  return either(both(kinds, (side) => side.map(({ f }) => f))).map((f) => ({
    f,
    values: both(kinds, (side) => {
      const own = side.find((one) => one.f === f)
      if (own === undefined) return null
      const { f: _, ...values } = own
      return values
    }),
  }))
}

const faultsOf = (numbers: Pair<RunNumbers | undefined>): RunDifference['faults'] => {
  const faults = both(numbers, (side) => side?.faults ?? [])
  return either(both(faults, (side) => side.map(({ fault }) => fault))).map((fault) => {
    const own = both(faults, (side) => side.find((one) => one.fault === fault))
    return {
      fault,
      planned: both(own, (one) => one?.planned ?? 0),
      held: both(own, (one) => one?.held ?? 0),
    }
  })
}
