/**
 * Fault schedules as data: what is planned before a run (`run.json`, `--plan FILE`) and what a run made of it
 * (`executed.json`). An episode begins at a time or when something happens; what it hits may be a role.
 * The executed schedule has real times and real nodes instead, and the evidence, so that replaying it
 * depends on nothing that was drawn or waited for.
 */
import { z } from 'zod'
import type { Evidence, Json } from '../checkers/ledger.ts'

const json: z.ZodType<Json> = z.json()
const count = z.number().int().positive()

/** After the trigger: `plus`, how long the episode still waits; `within`, how long it waits for it; s. */
const patience = {
  plus: z.number().nonnegative().exactOptional(),
  within: z.number().positive().exactOptional(),
}

/** What an episode may wait for. Counts begin when the waiting does: with the main phase. */
export const trigger = z.union([
  /** So many operations were acknowledged, over all clients. */
  z.strictObject({ after: z.strictObject({ ok: count }), ...patience }),
  z.discriminatedUnion(
    'on',
    [
      /** A node leads that did not lead before, for the nth time (1). */
      z.strictObject({
        on: z.literal('leader-change'),
        nth: count.exactOptional(),
        ...patience,
      }),
      /** A node prints a line that matches the pattern (a regular expression), for the nth time (1). */
      z.strictObject({
        on: z.literal('log'),
        pattern: z.string().min(1),
        nth: count.exactOptional(),
        node: z.string().exactOptional(),
        role: z.string().exactOptional(),
        ...patience,
      }),
      /** Another episode, by its name or its place in the list (from 0), was installed or healed. */
      z.strictObject({
        on: z.enum(['installed', 'healed']),
        episode: z.union([z.string(), z.number().int().nonnegative()], {
          error: 'expected the name of an episode or its place in the list (from 0)',
        }),
        ...patience,
      }),
    ],
    { error: 'expected one of leader-change, log, installed, healed' },
  ),
])
export type Trigger = z.infer<typeof trigger>

/** One planned fault: it begins at `at` (s from the start of the main phase) or `when` something happens. */
export const plannedEpisode = z
  .strictObject({
    /** For other episodes to wait for it, and for people. */
    name: z.string().min(1).exactOptional(),
    at: z.number().nonnegative().exactOptional(),
    when: trigger.exactOptional(),
    /** How long it stays, s; at most, where `until` is given. */
    for: z.number().positive(),
    /** Ends it before: counts begin when it is installed. */
    until: trigger.exactOptional(),
    fault: z.string(),
    plan: json,
  })
  .refine(({ at, when }) => (at === undefined) !== (when === undefined), {
    error: 'expected exactly one of "at" (s) and "when" (a trigger)',
  })
export type PlannedEpisode = z.infer<typeof plannedEpisode>

/** A stretch of time (s from the start of the main phase) in which no fault is in place. */
const quietWindow = z.strictObject({ at: z.number().nonnegative(), for: z.number().positive() })
export type QuietWindow = z.infer<typeof quietWindow>

/** One call that a client thread makes at `at` (s from the start of the main phase), or when it is free. */
const plannedCall = z.strictObject({
  at: z.number().nonnegative(),
  thread: z.number().int().nonnegative(),
  f: z.string(),
  key: z.union([z.string(), z.number()]).exactOptional(),
  value: json,
})
export type PlannedCall = z.infer<typeof plannedCall>

/** A fault schedule, as `--plan FILE` reads it and `run.json` keeps it. */
export const schedule = z.strictObject({
  system: z.string().exactOptional(),
  quiet: z.array(quietWindow).exactOptional(),
  episodes: z.array(plannedEpisode),
  /** What clients do, instead of what the workload would have them do. */
  calls: z.array(plannedCall).exactOptional(),
})
export type Schedule = z.infer<typeof schedule>

const evidence: z.ZodType<Evidence> = z.object({
  held: z.boolean(),
  summary: z.string(),
  details: json.exactOptional(),
})

const common = {
  /** Its place in the planned schedule, from 0. */
  episode: z.number().int().nonnegative(),
  fault: z.string(),
  planned: plannedEpisode,
}

/** What became of one planned episode. */
export const executedEpisode = z.union([
  z.object({
    ...common,
    /** When it was requested, and how long until its healing was; s. */
    at: z.number(),
    for: z.number(),
    /** The plan with its roles resolved. */
    plan: json,
    targets: z.array(z.string()),
    done: json,
    installMs: z.number(),
    evidence,
    healMs: z.number(),
    healEvidence: evidence,
  }),
  /** It never began, for this reason. */
  z.object({ ...common, skipped: z.string() }),
])
export type ExecutedEpisode = z.infer<typeof executedEpisode>

/** `executed.json` in a run's folder. */
export const executedSchedule = z.object({
  version: z.literal(1),
  run: z.string(),
  system: z.string(),
  seed: z.number().int(),
  timeLimitS: z.number(),
  executed: z.array(executedEpisode),
})
export type ExecutedSchedule = z.infer<typeof executedSchedule>

/** The name of that file. */
export const EXECUTED = 'executed.json'

/** The schedule that does again what was done: real times and nodes; what did not take hold is left out. */
export const replayOf = ({ system, timeLimitS, executed }: ExecutedSchedule): Schedule => ({
  system,
  episodes: executed.flatMap((episode) => {
    if ('skipped' in episode || !episode.evidence.held) return []
    const { at, fault, plan, planned } = episode
    // What the end of the main phase healed was asked for a moment after it.
    const length = Math.min(episode.for, Math.round(100 * (timeLimitS - at)) / 100)
    const name = planned.name === undefined ? {} : { name: planned.name }
    return length > 0 ? [{ ...name, at, for: length, fault, plan }] : []
  }),
})
