/**
 * What schism takes from a compose file, in the forms that the Compose specification allows, each turned into one. Keys
 * that stand in no list here are unknown and said so.
 */
import { split } from 'shlex'
import { z } from 'zod'

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected text, a number or true or false',
})
const text = scalar.transform(String)

/** Nothing after the colon is the same as no key. */
const optional = <T extends z.ZodType>(type: T) =>
  type.nullish().transform((value) => value ?? undefined)

const oneOrMore = z
  .union([text.transform((one) => [one]), z.array(text)], { error: 'expected text or a list' })
  .transform((list): readonly string[] => list)

/** A command as a list, or as text that is split as a shell would. */
const command = z.union([z.string().transform((line) => split(line)), z.array(text)], {
  error: 'expected text or a list of words',
})

/** A list of `NAME=value` as a map. */
export const assignmentsOf = (list: readonly unknown[]): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    list.map(String).map((entry) => {
      const at = entry.indexOf('=')
      return at < 0 ? [entry, null] : [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )

/** `NAME: value`, or a list of `NAME=value`; without a value it comes from the environment of whoever runs schism. */
const assignments = z
  .union([z.record(z.string(), scalar.nullable()), z.array(text).transform(assignmentsOf)], {
    error: 'expected NAME: value or a list of NAME=value',
  })
  .transform((found) =>
    Object.fromEntries(
      Object.entries(found).map(([name, value]) => [name, value === null ? null : String(value)]),
    ),
  )

interface Build {
  readonly context: string
  readonly dockerfile?: string | undefined
  readonly args?: Readonly<Record<string, string | null>> | undefined
  readonly target?: string | undefined
}

const build = z.union(
  [
    z.string().transform((context): Build => ({ context })),
    z
      .object({
        context: z.string().default('.'),
        dockerfile: optional(z.string()),
        args: optional(assignments),
        target: optional(z.string()),
      })
      .transform((found): Build => found),
  ],
  { error: 'expected a folder, or context, dockerfile, args and target' },
)

const port = z.union([text, z.object({ target: text, protocol: optional(z.string()) })], {
  error: 'expected PORT, HOST:PORT or target: PORT',
})

const volume = z.union(
  [
    z.string(),
    z.object({
      type: z.string(),
      source: optional(z.string()),
      target: z.string(),
      read_only: optional(z.boolean()),
    }),
  ],
  { error: 'expected SOURCE:TARGET, a folder, or type, source and target' },
)

const conditions = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
} as const

const dependencies = z.union(
  [
    z
      .array(z.string())
      .transform((names) => Object.fromEntries(names.map((name) => [name, 'started' as const]))),
    z.record(
      z.string(),
      z
        .object({ condition: z.enum(Object.keys(conditions) as (keyof typeof conditions)[]) })
        .transform(({ condition }) => conditions[condition]),
    ),
  ],
  { error: 'expected a list of services, or a condition for each' },
)

const healthTest = z.union(
  [z.string().transform((line) => ['CMD-SHELL', line]), z.array(z.string()).min(1)],
  { error: 'expected text or a list that begins with CMD, CMD-SHELL or NONE' },
)

const networks = z.union(
  [
    z.array(z.string()).transform((names) => names.map((name) => ({ name, aliases: [] }))),
    z
      .record(z.string(), z.object({ aliases: optional(z.array(z.string())) }).nullish())
      .transform((found) =>
        Object.entries(found).map(([name, network]) => ({ name, aliases: network?.aliases ?? [] })),
      ),
  ],
  { error: 'expected a list of networks' },
)

const limit = z.union([
  z.number().transform((both) => ({ soft: both, hard: both })),
  z.object({ soft: z.number(), hard: z.number() }),
])

const grant = z.union([
  z.string().transform((source) => ({ source, target: undefined })),
  z.object({ source: z.string(), target: optional(z.string()) }),
])

/** One service. What comes from elsewhere (`extends`) is merged in before. */
export const serviceSchema = z.object({
  image: optional(z.string().min(1)),
  build: optional(build),
  command: optional(command),
  entrypoint: optional(command),
  environment: optional(assignments),
  env_file: optional(
    z.union([
      oneOrMore,
      z.array(z.union([z.string(), z.object({ path: z.string() }).transform(({ path }) => path)])),
    ]),
  ),
  volumes: optional(z.array(volume)),
  tmpfs: optional(oneOrMore),
  ports: optional(z.array(port)),
  expose: optional(z.array(text)),
  user: optional(text),
  working_dir: optional(z.string()),
  hostname: optional(z.string()),
  container_name: optional(z.string()),
  networks: optional(networks),
  links: optional(z.array(z.string())),
  depends_on: optional(dependencies),
  healthcheck: optional(z.object({ test: optional(healthTest), disable: optional(z.boolean()) })),
  deploy: optional(z.looseObject({ replicas: optional(z.coerce.number().int().min(0)) })),
  scale: optional(z.coerce.number().int().min(0)),
  stop_signal: optional(z.string()),
  cap_add: optional(z.array(z.string())),
  sysctls: optional(assignments),
  ulimits: optional(z.record(z.string(), limit)),
  shm_size: optional(text),
  init: optional(z.boolean()),
  read_only: optional(z.boolean()),
  extra_hosts: optional(
    z.union([
      z.array(z.string()).transform((lines) => lines.map((line) => line.replace('=', ':'))),
      z
        .record(z.string(), z.string())
        .transform((found) => Object.entries(found).map(([name, at]) => `${name}:${at}`)),
    ]),
  ),
  configs: optional(z.array(grant)),
  secrets: optional(z.array(grant)),
})
export type Service = z.infer<typeof serviceSchema>

/** Where a config or a secret comes from. */
export const sourceSchema = z.object({
  file: optional(z.string()),
  content: optional(z.string()),
  environment: optional(z.string()),
})
export type Source = z.infer<typeof sourceSchema>

/** What the file says around its services. */
export const fileSchema = z.looseObject({
  name: optional(z.string().min(1)),
  services: z.record(z.string(), z.record(z.string(), z.unknown()), {
    error: 'expected services by name',
  }),
  configs: optional(z.record(z.string(), sourceSchema)),
  secrets: optional(z.record(z.string(), sourceSchema)),
})

/** Keys of a service that mean nothing to a test: who reads logs, what is published, how it is described. */
export const harmless: ReadonlySet<string> = new Set([
  ...['labels', 'label_file', 'annotations', 'logging', 'stdin_open', 'tty', 'attach', 'profiles'],
  ...['pull_policy', 'stop_grace_period', 'develop', 'extends', 'dns_search', 'domainname'],
])

/** Keys that schism knows and does not honour, with the reason or what it does instead. */
export const unhonoured: Readonly<Record<string, string>> = {
  restart: 'nodes that end are started again by faults alone',
  network_mode: 'all nodes share one network of the run',
  privileged: 'nothing of a run is privileged',
  mem_limit: 'the fault memory sets limits',
  mem_reservation: 'the fault memory sets limits',
  memswap_limit: 'the fault memory sets limits',
  cpus: 'the fault cpu sets limits',
  cpu_shares: 'the fault cpu sets limits',
  cpu_quota: 'the fault cpu sets limits',
  pids_limit: 'processes are not limited',
  dns: 'names lead to nodes of the run alone: it has no way out',
  cap_drop: 'nodes keep the capabilities that the engine gives',
}
