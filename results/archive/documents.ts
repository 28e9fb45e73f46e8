/**
 * What `--json` prints, one schema a command: docs/json.md is made of them, and a test holds what the commands
 * print against them. A document has a `version`, which changes when a field goes or means something else; new
 * fields may come at any time. Nothing of this is loaded by the commands themselves.
 */
import { z } from 'zod'
import { ciRecord } from '../ci/record.ts'
import { huntRecord } from '../finding.ts'
import { runRecord } from '../run.ts'
import { runDifference } from './difference.ts'
import { runNumbers } from './numbers.ts'
import { rowOutcomes, runRow } from './row.ts'
import { verdictRecord } from './verdict.ts'

const count = z.number().int().nonnegative()
const texts = z.array(z.string())
const versioned = <T extends z.ZodRawShape>(shape: T) =>
  z.object({ version: z.literal(1), ...shape })

/** The parts that several documents have, by name. */
export const parts = {
  verdict: verdictRecord,
  run: runRecord,
  row: runRow,
  numbers: runNumbers,
} as const

const repeated = z.object({
  violations: count,
  runs: count.describe('with a verdict'),
  interval: z.tuple([z.number(), z.number()]).describe('95 % interval of the share of violations'),
})

const trial = z.object({
  seed: z.number().int(),
  outcome: z.enum(['valid', 'violation', 'unknown', 'failed']),
  simulatedS: z.number(),
  operations: count,
  workload: z.string(),
  nodes: count,
  faults: z.record(z.string(), count).describe('how many episodes took hold'),
  leaderChanges: count,
  together: z.record(z.string(), count).describe('faults in force at a time, as kill+slow'),
  says: z.string().exactOptional(),
})

const option = z.object({
  summary: z.string(),
  default: z.string(),
  choices: texts.exactOptional().describe('absent: any whole number'),
  drawn: texts.exactOptional().describe('what a hunt draws from'),
})
const plugIn = { name: z.string(), summary: z.string() }
const unavailable = z.string().exactOptional().describe('why this machine cannot run it')

/** Command → what its `--json` prints. */
export const documents: Readonly<Record<string, z.ZodObject>> = {
  test: versioned({
    folder: z.string().describe('of the run that is told: the first violation, or the first'),
    results: z.array(verdictRecord).describe('a verdict a run'),
    repeated: repeated.exactOptional().describe('with --repeat'),
  }),
  hunt: versioned({
    tookMs: z.number(),
    folder: z.string().exactOptional().describe('of the run made small'),
    hunt: huntRecord.exactOptional().describe('what it took to find it'),
    results: z.array(verdictRecord).exactOptional(),
    finding: z.string().exactOptional().describe('its folder, with --keep'),
    coverage: z.object({
      situations: count,
      lastNew: count,
      faults: z.record(z.string(), count),
      together: z.record(z.string(), count),
      messages: z.record(z.string(), texts),
    }),
    trials: z.array(trial),
  }),
  ci: ciRecord,
  merge: ciRecord,
  check: versioned({ results: z.array(verdictRecord).describe('a verdict an input, in order') }),
  convert: versioned({
    input: z.string(),
    output: z.string(),
    to: z.string(),
    events: count,
    notes: texts,
  }),
  runs: versioned({
    store: z.string(),
    total: count,
    matched: count,
    runs: z.array(runRow).describe('newest first, at most --limit'),
  }),
  show: versioned({
    id: z.string(),
    folder: z.string(),
    outcome: z.enum(rowOutcomes),
    missing: texts.describe('what could not be read, and why'),
    run: runRecord.exactOptional(),
    verdict: verdictRecord.exactOptional(),
    numbers: runNumbers.exactOptional(),
    report: z.string().exactOptional().describe('the path of report.html, where it was made'),
  }),
  diff: runDifference,
  serve: versioned({
    url: z.string().describe('with the token: whoever has it may look'),
    host: z.string(),
    port: count,
    store: z.string(),
    changes: z.enum(['allowed', 'refused']),
  }).describe('printed once, when it answers'),
  list: versioned({
    systems: z.array(
      z.object({
        ...plugIn,
        version: z.string(),
        nodes: z.object({ default: count, allowed: z.array(count) }),
        workloads: texts,
        options: z.record(z.string(), option),
        unavailable,
      }),
    ),
    clients: z
      .array(z.object({ ...plugIn, workloads: texts }))
      .describe('of protocols, for systems that schism does not know'),
    workloads: z.array(
      z.object({ ...plugIn, client: z.string(), options: z.record(z.string(), option) }),
    ),
    faults: z.array(z.object({ ...plugIn, unavailable })),
    templates: z.array(
      z.object({
        ...plugIn,
        source: z.string(),
        parameters: z.record(
          z.string(),
          z.looseObject({ summary: z.string(), default: z.number() }),
        ),
      }),
    ),
    checkers: z.array(z.object(plugIn)),
    models: z.array(z.object(plugIn)),
  }),
  doctor: versioned({
    support: z.array(
      z.object({
        name: z.string(),
        state: z.enum(['ok', 'limited', 'missing']),
        says: z.string(),
      }),
    ),
  }),
  clean: versioned({
    containers: texts,
    networks: texts,
    volumes: texts,
    folders: texts,
  }).describe('what was removed, by name'),
  init: versioned({
    start: z.string(),
    files: texts.describe('that were written'),
    next: texts.describe('commands to try them with'),
  }),
  completion: versioned({ shell: z.string(), script: z.string() }),
}
