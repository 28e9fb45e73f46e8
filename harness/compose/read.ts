/** Reads a compose file: its services by name, each checked when somebody asks for it. */
import { readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parse as parseEnvironment } from 'dotenv'
import type { z } from 'zod'
import { messageOf, UsageError } from '../errors.ts'
import { nearest } from '../schedule/check.ts'
import { ComposeDocument, type Path } from './document.ts'
import {
  assignmentsOf,
  fileSchema,
  harmless,
  type Service,
  type Source,
  serviceSchema,
  unhonoured,
} from './schema.ts'

type Raw = Readonly<Record<string, unknown>>

/** Lists that take the place of those they extend instead of following them. */
const replaced = new Set(['command', 'entrypoint'])

export class ComposeFile {
  /** The folder that relative paths begin in. */
  readonly folder: string
  /** The project's name: the file's own, else its folder's. */
  readonly name: string
  readonly configs: Readonly<Record<string, Source>>
  readonly secrets: Readonly<Record<string, Source>>
  /** What is worth knowing before a run, one line each; grows as services are read. */
  readonly remarks: string[] = []
  private readonly document: ComposeDocument
  private readonly raw: Readonly<Record<string, Raw>>
  private readonly read = new Map<string, Service>()

  /** @throws UsageError in one line with file, line and column */
  constructor(
    readonly file: string,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.folder = dirname(resolve(file))
    this.document = new ComposeDocument(file, textOf(file))
    const beside = environmentOf(join(this.folder, '.env'), 'optional')
    const [taken, unset] = [new Set<string>(), new Set<string>()]
    const filled = this.document.filled({
      value: (name) => {
        if (environment[name] !== undefined) taken.add(name)
        return environment[name] ?? beside[name]
      },
      unset: (name) => unset.add(name),
    })
    if (taken.size > 0)
      // The command that repeats a run does not hold them: they may be secrets.
      this.remark(`taken from the environment of this command: ${[...taken].join(', ')}`)
    for (const name of unset)
      this.remark(`variable ${name} is not set: nothing stands in its place`)
    const { name, services, configs, secrets } = this.parsed(fileSchema, filled, [])
    this.name =
      (name ?? basename(this.folder)).toLowerCase().replaceAll(/[^a-z0-9_-]/g, '') || 'own'
    this.raw = services
    this.configs = configs ?? {}
    this.secrets = secrets ?? {}
  }

  /** The names of all services, in their order. */
  get names(): readonly string[] {
    return Object.keys(this.raw)
  }

  /** A service, checked. @throws UsageError for what is wrong in it */
  service(name: string): Service {
    const known = this.read.get(name)
    if (known !== undefined) return known
    const raw = this.extended(name, [])
    const service = this.parsed(serviceSchema, raw, ['services', name])
    for (const key of Object.keys(raw)) this.judge(name, key, raw)
    this.read.set(name, service)
    return service
  }

  /** What to throw for something wrong at a path: one line with the place. */
  wrong(path: Path, message: string): UsageError {
    return this.document.wrong(path, message)
  }

  /** Keeps one line to be shown before the run. */
  remark(line: string): void {
    this.remarks.push(`${this.file}: ${line}`)
  }

  /** The variables of a service's container: from its env files, and over them from the file itself. */
  environment(name: string): Readonly<Record<string, string>> {
    const { environment = {}, env_file = [] } = this.service(name)
    const files = env_file.map((path) => environmentOf(resolve(this.folder, path), 'required'))
    return { ...Object.assign({}, ...files), ...valuesOf(environment) }
  }

  /** Says of a key that schism does not honour it, and why. */
  private judge(service: string, key: string, raw: Raw): void {
    if (key in serviceSchema.shape || key.startsWith('x-') || harmless.has(key)) return
    if (raw[key] === null || (key === 'restart' && raw[key] === 'no')) return
    const reason = unhonoured[key] ?? 'schism does not know it'
    this.remark(`service ${service}: ${key} is not honoured: ${reason}`)
  }

  /** A service with what it extends merged in. */
  private extended(name: string, within: readonly string[]): Raw {
    const raw = this.raw[name]!
    const { extends: base } = raw
    if (base === undefined || base === null) return raw
    const path = ['services', name, 'extends']
    const from = typeof base === 'object' ? (base as Raw).service : base
    if (typeof base === 'object' && 'file' in base)
      throw this.wrong(path, 'another file cannot be extended: put the service into this one')
    if (typeof from !== 'string' || !(from in this.raw))
      throw this.wrong(path, `unknown service ${JSON.stringify(from)}`)
    if (within.includes(from)) throw this.wrong(path, `${from} extends itself`)
    return merged(this.extended(from, [...within, name]), raw)
  }

  private parsed<T extends z.ZodType>(type: T, value: unknown, path: Path): z.output<T> {
    const result = type.safeParse(value ?? undefined)
    if (result.success) return result.data
    const { path: within, message } = nearest(result.error.issues)
    throw this.wrong([...path, ...within], message)
  }
}

/** Assignments with their values; one without has that of whoever runs schism, or is none. */
export const valuesOf = (
  assignments: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(assignments).flatMap(([name, value]) => {
      const found = value ?? process.env[name]
      return found === undefined ? [] : [[name, found] as const]
    }),
  )

const merged = (base: Raw, own: Raw): Raw => {
  const both: Record<string, unknown> = { ...base }
  for (const [key, written] of Object.entries(own)) {
    const [before, value] = [comparable(key, both[key]), comparable(key, written)]
    if (Array.isArray(before) && Array.isArray(value) && !replaced.has(key))
      both[key] = [...before, ...value]
    else if (isRecord(before) && isRecord(value)) both[key] = { ...before, ...value }
    else both[key] = value
  }
  return both
}

/** An environment may be a list in one service and a map in the other. */
const comparable = (key: string, value: unknown): unknown =>
  key === 'environment' && Array.isArray(value) ? assignmentsOf(value) : value

const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${messageOf(error)}`)
  }
}

const environmentOf = (
  file: string,
  need: 'optional' | 'required',
): Readonly<Record<string, string>> => {
  try {
    return parseEnvironment(readFileSync(file, 'utf8'))
  } catch (error) {
    if (need === 'optional') return {}
    throw new UsageError(`${file}: cannot be read: ${messageOf(error)}`)
  }
}
