/**
 * What `schism ci` leaves for people and programs: `ci.json`, one record a case. Every other report (JUnit, TAP,
 * Markdown, annotations) is made from it, and so are those of several shards put together.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { attempt, StoreError } from '../store.ts'

const count = z.number().int().nonnegative()

/** The names of the files in the output folder. */
export const ciFiles = {
  record: 'ci.json',
  events: 'events.ndjson',
  junit: 'junit.xml',
  tap: 'results.tap',
  summary: 'summary.md',
  /** The runs' folders. */
  runs: 'runs',
} as const

/** How a case counts: what was expected and found has passed, whatever it is. */
export const caseResult = z.enum(['passed', 'violation', 'error', 'unknown', 'not-run'])
export type CaseResult = z.infer<typeof caseResult>

/** How often the same schedule broke a promise when it was played again. */
const share = z.strictObject({
  violations: count,
  runs: count,
  /** The 95 % interval of the share of runs that do, 0 to 1. */
  interval: z.tuple([z.number(), z.number()]),
})

export const caseRecord = z.strictObject({
  /** Unique among the cases of a matrix, in all of its shards. */
  name: z.string(),
  /** Where it stands: `runs.0` of the configuration, or the folder of a finding. */
  place: z.string(),
  system: z.string(),
  workload: z.string(),
  /** `none`, faults separated by commas, a template, or a plan's file. */
  faults: z.string(),
  cluster: z.enum(['docker', 'sim']),
  seed: z.number().int(),
  /** The command that plays it again. */
  command: z.string(),
  result: caseResult,
  /** What the run showed, as in a verdict; `bug` for one of schism's own, `not-run` for none. */
  outcome: z.enum([
    'valid',
    'violation',
    'unknown',
    'environment',
    'interrupted',
    'malformed',
    'bug',
    'not-run',
  ]),
  /** What the case adds to the exit code. */
  code: count,
  /** One sentence: the verdict, or why there is none. */
  says: z.string(),
  /** What was to be found, and whether it was. */
  expected: z.string().optional(),
  /** The console's report, where the case has not passed. */
  detail: z.string().optional(),
  tookMs: z.number().nonnegative(),
  /** Why it was tried again: one line for each failure of the environment. */
  retried: z.array(z.string()),
  again: share.optional(),
  /** The run's folder, relative to this record's. */
  run: z.string().optional(),
  /** What the run depended on: version, image digest, kernel, … */
  environment: z.record(z.string(), z.string()),
})
export type CaseRecord = z.infer<typeof caseRecord>

/** Which part of a matrix, from 1. */
const shard = z.strictObject({ index: count, of: count })

export const ciRecord = z.strictObject({
  version: z.literal(1),
  schism: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  tookMs: z.number().nonnegative(),
  host: z.string(),
  /** The configuration's file. */
  config: z.string(),
  shard: shard.optional(),
  /** How many cases all shards have together. */
  matrix: count,
  /** ms. */
  budgetMs: z.number().optional(),
  /** What is wrong beside the cases: a shard that is missing. */
  problems: z.array(z.string()),
  code: count,
  cases: z.array(caseRecord),
})
export type CiRecord = z.infer<typeof ciRecord>

/** How many cases there are of each result. */
export const countsOf = (cases: readonly CaseRecord[]): Readonly<Record<CaseResult, number>> => {
  const counts = { passed: 0, violation: 0, error: 0, unknown: 0, 'not-run': 0 }
  for (const { result } of cases) counts[result]++
  return counts
}

const severity: readonly CaseResult[] = ['violation', 'error', 'unknown', 'not-run', 'passed']

/** Worst first; equals as they were. */
export const worstFirst = (cases: readonly CaseRecord[]): readonly CaseRecord[] =>
  cases.toSorted((a, b) => severity.indexOf(a.result) - severity.indexOf(b.result))

/** Reads a record back. @throws StoreError naming the file and the first field that is wrong */
export const readCiRecord = (path: string): CiRecord => {
  const text = attempt(path, 'cannot be read', () => readFileSync(path, 'utf8'))
  const parsed = ciRecord.safeParse(attempt(path, 'is not JSON', () => JSON.parse(text)))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || 'the document'
  throw new StoreError(`${path}: ${field}: ${issue?.message ?? 'does not fit'}`)
}
