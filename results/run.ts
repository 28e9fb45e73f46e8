/**
 * What a run's folder holds: `run.json` (the plan: all that is needed to repeat the run),
 * `history.jsonl` (every event as it happened), `verdict.json` (what the checkers made of it),
 * `executed.json` (what became of the fault schedule), `report.html`, and `logs/<node>.log`. The verdict can be made again from the first two alone.
 */
import { z } from 'zod'
import type { Anomaly, Stats, Verdict } from '../checkers/checker.ts'
import type { Witness } from '../checkers/linearizable/witness.ts'
import { schedule } from './schedule.ts'

export const runRecord = z.object({
  version: z.literal(1),
  id: z.string(),
  /** ISO 8601 wall-clock time of the start. */
  startedAt: z.string(),
  /** ISO 8601 wall-clock time at which the clock of the history stood at zero; absent in simulations. */
  clockOrigin: z.string().optional(),
  /** The exact command that repeats the run. */
  command: z.string(),
  seed: z.number().int(),
  system: z.string(),
  systemVersion: z.string(),
  systemOptions: z.record(z.string(), z.string()),
  workload: z.string(),
  workloadOptions: z.record(z.string(), z.string()),
  faults: z.array(z.string()),
  schedule,
  /** The template that the schedule was made by, with its parameters. */
  template: z.string().optional(),
  /** What a fault that does not take hold does: ends the run, unless this says that it is a warning. */
  unheldFaults: z.literal('warn').optional(),
  /** Anomaly type that the run is expected to find ('' for any), when it was started with --expect. */
  expect: z.string().optional(),
  nodes: z.number().int(),
  members: z.array(z.object({ name: z.string(), role: z.string(), serves: z.boolean() })),
  concurrency: z.number().int(),
  /** Operations a second over all clients. */
  rate: z.number(),
  timeLimitS: z.number(),
  operationTimeoutMs: z.number(),
  /** What the system's makers claim for the data type driven. */
  claim: z.object({ model: z.string(), says: z.string() }),
  /** How soon after the last fault clients must be answered again; absent: nobody promises anything. */
  progress: z.object({ withinMs: z.number().positive() }).optional(),
  /** Versions and machine: schism, node, engine, kernel, cpus, image and its digest, … */
  environment: z.record(z.string(), z.string()),
})
export type RunRecord = z.infer<typeof runRecord>

export type Outcome =
  | 'valid'
  | 'violation'
  | 'unknown'
  /** The machine, the engine or a fault failed. */
  | 'environment'
  | 'interrupted'
  /** The input could not be read as a history. */
  | 'malformed'

/** An anomaly with the checker that found it. */
export type FoundAnomaly = Anomaly & { readonly checker: string }

/** The verdict on one input: an element of `results` in `schism check --json`, and `verdict.json`. */
export interface VerdictRecord {
  readonly version: 1
  /** The run's folder or the history file that was judged. */
  readonly input: string
  readonly valid: Verdict['valid']
  /** Why it is unknown. */
  readonly reason?: string
  readonly anomalies: readonly FoundAnomaly[]
  /** What each checker said, by name. */
  readonly checkers: Readonly<
    Record<
      string,
      { readonly valid: Verdict['valid']; readonly reason?: string; readonly stats?: Stats }
    >
  >
  readonly outcome: Outcome
  /** What went wrong in the harness or the environment, one line each. */
  readonly problems: readonly string[]
  /** Things to know that change nothing: a truncated last line. */
  readonly notes: readonly string[]
  /** An order that shows linearizability, where it was asked for; in a violating run, how far one comes. */
  readonly witness?: Witness
  /** Of a run of registers that is not linearizable: where it stands among the weaker levels. */
  readonly placement?: Placement
}

/** Where a history stands on the spectrum of consistency levels; names in one text, as people read them. */
export interface Placement {
  /** The strongest levels kept, or `none`. */
  readonly strongest: string
  readonly weakestBroken: string
  /** Levels that could not be decided within the limits. */
  readonly undecided?: string
  /** A proof for each of the weakest levels broken. */
  readonly anomalies: readonly Anomaly[]
}
