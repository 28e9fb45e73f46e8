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
const share = z.object({
  violations: count,
  runs: count,
  interval: z.tuple([z.number(), z.number()]).describe('95 % interval of the share of violations'),
})

export const caseRecord = z.object({
  name: z.string().describe('unique in the matrix, in all of its shards'),
  place: z.string().describe("`runs.0` of the configuration, or a finding's folder"),
  system: z.string(),
  workload: z.string(),
  faults: z
    .string()
    .describe('`none`, faults separated by commas, a template, or a file of a plan'),
  cluster: z.enum(['docker', 'sim']),
  seed: z.number().int(),
  command: z.string().describe('plays it again'),
  result: caseResult.describe('how it counts: what was expected and found has passed'),
  outcome: z
    .enum([
      'valid',
      'violation',
      'unknown',
      'environment',
      'interrupted',
      'malformed',
      'bug',
      'not-run',
    ])
    .describe('what the run showed, as in a verdict; `bug`: one of schism’s own'),
  code: count.describe('what it adds to the exit code'),
  says: z.string().describe('the verdict in one sentence, or why there is none'),
  expected: z.string().optional().describe('what was to be found, and whether it was'),
  detail: z.string().optional().describe('the report of the console, where it has not passed'),
  tookMs: z.number().nonnegative().describe('with all its tries'),
  retried: z.array(z.string()).describe('why it was tried again: failures of the environment'),
  again: share.optional().describe('the schedule of its violation, played again'),
  run: z.string().optional().describe("the run's folder, from that of the record"),
  environment: z.record(z.string(), z.string()).describe('version, image digest, kernel, …'),
})
export type CaseRecord = z.infer<typeof caseRecord>

export const ciRecord = z.object({
  version: z.literal(1),
  schism: z.string().describe('its version'),
  startedAt: z.string().describe('ISO 8601'),
  tookMs: z.number().nonnegative(),
  host: z.string(),
  config: z.string().describe("the configuration's file"),
  shard: z.object({ index: count, of: count }).optional().describe('which part, from 1'),
  matrix: count.describe('cases of all shards together'),
  budgetMs: z.number().optional(),
  problems: z.array(z.string()).describe('wrong beside the cases: a shard that is missing'),
  code: count.describe('the exit code'),
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
