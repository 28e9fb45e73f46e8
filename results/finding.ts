/**
 * A finding: a run made small that breaks a promise, kept so that anybody can play it again. Its folder,
 * `results/findings/<system>/<name>/`, has `plan.json` (all that the run follows from), `history.jsonl` and
 * `verdict.json` (what was seen, and what the checkers made of it), `hunt.json` (how it was found), and
 * `containers.json` where it was played in containers as well.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { schedule } from './schedule.ts'

const count = z.number().int().nonnegative()

/** `plan.json`, as `--plan` reads it: the schedule with its client calls, and what stands around them. */
export const findingPlan = z.strictObject({
  version: z.literal(1),
  /** The version of schism that found it: what a seed leads to is the same in the same version. */
  schism: z.string(),
  system: z.string(),
  workload: z.string(),
  /** Options of the system and of the workload, every default spelt out. */
  options: z.record(z.string(), z.string()),
  nodes: z.number().int().positive(),
  concurrency: z.number().int().positive(),
  rate: z.number().positive(),
  timeLimitS: z.number().positive(),
  operationTimeoutMs: z.number().positive(),
  seed: z.number().int(),
  /** What a fault that does not take hold does: ends the run, unless this says that it is a warning. */
  unheldFaults: z.literal('warn').exactOptional(),
  /** What the run shows: the model that was promised, and the anomaly that says it was not kept. */
  violates: z.strictObject({
    model: z.string(),
    checker: z.string(),
    anomaly: z.string(),
    summary: z.string(),
  }),
  schedule,
})
export type FindingPlan = z.infer<typeof findingPlan>

/** How large a run is. `operations` are those of clients while faults come and go. */
const size = z.strictObject({ operations: count, episodes: count, nodes: count, clients: count })
export type RunSize = z.infer<typeof size>

/** `hunt.json`: what it took to find it. */
export const huntRecord = z.strictObject({
  version: z.literal(1),
  /** Runs until the violation, and its seed. */
  runs: count,
  seed: z.number().int(),
  /** Wall-clock time of the hunt and of making it small, s. */
  huntS: z.number(),
  shrinkS: z.number(),
  runsAMinute: z.number(),
  /** As it was found, and as it was kept. */
  before: size,
  after: size,
})
export type HuntRecord = z.infer<typeof huntRecord>

/** `containers.json`: how often the same plan led to a violation in containers. */
export const containersRecord = z.strictObject({
  version: z.literal(1),
  violations: count,
  runs: count,
})
export type ContainersRecord = z.infer<typeof containersRecord>

/** The names of a finding's files, beside a run's `history.jsonl` and `verdict.json`. */
export const findingFiles = {
  plan: 'plan.json',
  hunt: 'hunt.json',
  containers: 'containers.json',
} as const

/** The folders of all findings under a root, each `<system>/<name>`, sorted. Empty for a root that is none. */
export const listFindings = (root: string): readonly string[] =>
  foldersOf(root)
    .flatMap((system) => foldersOf(join(root, system)).map((name) => join(root, system, name)))
    .filter((folder) => existsSync(join(folder, findingFiles.plan)))

const foldersOf = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .toSorted()
    : []
