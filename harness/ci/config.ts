/**
 * The configuration of `schism ci`: which runs there are, as a matrix, and how much may be spent on them. An entry
 * is the product of its lists; one value stands for a list of one, so an entry of single values is one run. Names
 * are those of the options of `schism test`.
 */
import parseMs, { type StringValue } from 'ms'
import { z } from 'zod'
import { suggestion } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import { firstIssue } from '../schedule/check.ts'

const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)])

/** Text such as `90s` or `10m`, or seconds; becomes ms. */
const duration = z
  .union([z.number().positive(), z.string()], { error: 'expected a duration such as 60s or 5m' })
  .transform((value, context) => {
    const ms = typeof value === 'number' ? value * 1000 : parseMs(value as StringValue)
    if (ms !== undefined && ms > 0) return ms
    context.addIssue({ code: 'custom', message: 'expected a duration such as 60s or 5m' })
    return z.NEVER
  })

const whole = (from: number, to: number) => z.number().int().min(from).max(to)

const LARGEST_SEED = 2 ** 31 - 1

const composeFields = {
  compose: z.string(),
  services: oneOrMore(z.string()).transform((some) => [some].flat()),
  client: z.string(),
  helpers: z.array(z.string()).exactOptional(),
  port: whole(1, 65_535).exactOptional(),
  promise: z.string().exactOptional(),
  name: z.string().exactOptional(),
}

const entryFields = {
  /** A system of `schism list`, the path of a file that exports one, or services of a compose file. */
  system: oneOrMore(z.union([z.string(), z.strictObject(composeFields)])),
  /** Absent: the system's first. */
  workload: oneOrMore(z.string()).optional(),
  /** Each text is one combination, as after `--faults`: `none`, `partition`, `kill,pause`. */
  faults: oneOrMore(z.string()).optional(),
  /** `NAME` or `NAME:key=value,…`. */
  template: oneOrMore(z.string()).optional(),
  /** Files as `--plan` reads them. */
  plan: oneOrMore(z.string()).optional(),
  /** How many, from the first one on; or which. */
  seeds: z.union([whole(1, 100_000), z.array(whole(0, LARGEST_SEED)).min(1)]).optional(),
  options: z
    .record(
      z.string(),
      z.union([z.string(), z.number()]).transform((value) => String(value)),
    )
    .optional(),
  nodes: oneOrMore(whole(1, 99)).optional(),
  timeLimit: duration.optional(),
  rate: z.number().min(0.1).max(1_000_000).optional(),
  concurrency: whole(1, 10_000).optional(),
  operationTimeout: duration.optional(),
  lenientFaults: z.boolean().optional(),
  image: z.string().optional(),
  cluster: z.enum(['docker', 'sim']).optional(),
  /** `violation` or `violation:ANOMALY`: a known answer. */
  expect: z.string().optional(),
}

const entry = z.strictObject(entryFields)
export type Entry = z.infer<typeof entry>

const configFields = {
  runs: z.array(entry).default([]),
  /** Folders of findings, which are played again before anything else. */
  findings: oneOrMore(z.string()).optional(),
  /** For everything together; without it there is none. */
  budget: duration.optional(),
  /** What becomes of cases that the budget left out: they are unknown, unless they may pass. */
  unfinished: z.enum(['unknown', 'pass']).default('unknown'),
  /** Cases at a time. Absent: one a core in the simulation, and one of containers. */
  jobs: whole(1, 256).optional(),
  /** How often a run that the environment failed is tried again. */
  retries: whole(0, 20).default(2),
  /** How often the schedule of a violation is played again. */
  again: whole(0, 1000).default(3),
  /** The first seed of entries that only say how many. */
  seed: whole(0, LARGEST_SEED).default(1),
  /** For entries that say none: containers where an engine answers, else the simulation where that can be. */
  cluster: z.enum(['docker', 'sim', 'auto']).default('auto'),
}

const config = z
  .strictObject(configFields)
  .refine(
    ({ runs, findings }) => runs.length > 0 || findings !== undefined,
    'expected runs or findings',
  )
export type CiConfig = z.infer<typeof config>
/** A configuration as it is written, with everything optional that has a default. */
export type CiOptions = z.input<typeof config>

/** What a configuration says. @param source its file: begins every message. @throws UsageError for the first thing wrong */
export const readConfig = (source: string, found: unknown): CiConfig => {
  const result = config.safeParse(found)
  if (result.success) return result.data
  const unknown = unknownKey(result.error.issues, [])
  if (unknown === undefined) throw new UsageError(`${source}: ${firstIssue(result.error)}`)
  const { place, key } = unknown
  const known = Object.keys(fieldsAt(place))
  throw new UsageError(`${source}: ${[...place, key].join('.')}: unknown${suggestion(key, known)}`)
}

interface UnknownKey {
  readonly place: readonly PropertyKey[]
  readonly key: string
}

/** The first key that there is not, also within something that may be of several kinds. */
const unknownKey = (
  issues: readonly z.core.$ZodIssue[],
  around: readonly PropertyKey[],
): UnknownKey | undefined => {
  for (const issue of issues) {
    const place = [...around, ...issue.path]
    if (issue.code === 'unrecognized_keys') return { place, key: issue.keys[0]! }
    if (issue.code !== 'invalid_union') continue
    const inner = unknownKey(issue.errors.flat(), place)
    if (inner !== undefined) return inner
  }
  return undefined
}

const fieldsAt = (place: readonly PropertyKey[]): object => {
  if (place[0] !== 'runs') return configFields
  return place.includes('system') ? composeFields : entryFields
}

/** The values of a field that holds one or more; `absent` where there is none. */
export const each = <T, A>(value: T | readonly T[] | undefined, absent: A): readonly (T | A)[] =>
  value === undefined ? [absent] : Array.isArray(value) ? value : [value as T]
