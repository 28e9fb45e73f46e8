/**
 * docs/json.md and docs/json-schema.json: what every command prints with `--json`, made of the schemas that the
 * tests hold real output against; and docs/commands.md, made of the commands' own help.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { commands } from '../harness/cli/commands.ts'
import { parser } from '../harness/cli/parser.ts'
import { documents, parts } from '../results/archive/documents.ts'

const docs = join(import.meta.dirname, '..', 'docs')
export const jsonPage = join(docs, 'json.md')
export const schemaFile = join(docs, 'json-schema.json')
export const commandsPage = join(docs, 'commands.md')

/** JSON Schema as far as the pages need it. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

/** Every document and every part that several have, by name. */
const schemas = (): Readonly<Record<string, Schema>> => {
  for (const [id, part] of Object.entries(parts))
    z.globalRegistry.add(part, { ...z.globalRegistry.get(part), id })
  const made = Object.entries({ ...documents, ...parts }).map(([name, schema]) => {
    const { $schema, id, $defs, ...own } = z.toJSONSchema(schema, OPTIONS) as Named
    return { name, own, inner: Object.entries($defs ?? {}) }
  })
  // A part that is asked for itself refers to itself.
  const own = made.filter(({ own }) => own.$ref === undefined).map(({ name, own }) => [name, own])
  const inner = made.flatMap(({ inner }) => inner.map(([name, { id, ...rest }]) => [name, rest]))
  return Object.fromEntries([...inner, ...own]) as Readonly<Record<string, Schema>>
}

type Named = Schema & { readonly $schema?: string; readonly id?: string } & {
  readonly $defs?: Readonly<Record<string, Schema & { readonly id?: string }>>
}

const OPTIONS = { io: 'input', unrepresentable: 'any' } as const

/** The schemas as one file; a document is `#/$defs/` and the name of its command. */
export const jsonSchema = (): string => {
  const $schema = 'https://json-schema.org/draft/2020-12/schema'
  const title = 'what the commands of schism print with --json'
  // Any JSON has no name of its own.
  const text = JSON.stringify({ $schema, title, $defs: schemas() }, null, 2)
  return `${text.replaceAll('__schema0', 'json')}\n`
}

/** The page about them. */
export const jsonText = (): string => {
  const all = schemas()
  const section = (name: string): string => {
    const { description } = all[name]!
    const says = description === undefined ? '' : `\n${description}\n`
    const same = Object.keys(documents).find((other) => documents[other] === documents[name])
    if (same !== undefined && same !== name) return `### ${name}\n\nAs \`schism ${same}\`.`
    return `### ${name}\n${says}\n${fieldTable(all[name]!)}`
  }
  return `${[
    '# JSON output',
    INTRODUCTION,
    '## Commands',
    ...Object.keys(documents).map((name) => section(name).replace('###', '### schism')),
    '## Parts',
    ...Object.keys(parts).map(section),
  ].join('\n\n')}\n`
}

const INTRODUCTION = [
  'Every command takes `--json` and prints one document on standard output (`schism serve` when it answers, `schism convert` with',
  '`--output`); progress and remarks go to standard error, and the exit code is the same as without. What cannot be used at all',
  '(exit codes 253 and 254) is one line on standard error and no document.',
  '',
  'A document has a `version`. It changes when a field goes or means something else; fields may be added at any time, so ignore what',
  'you do not know. [json-schema.json](json-schema.json) has the same as JSON Schema: a document is `#/$defs/` and the name of its',
  'command. Both are made of the schemas that the tests hold real output against (`npx tsx scripts/docs.ts`).',
].join('\n')

const fieldTable = (schema: Schema): string =>
  [
    '| field | type | meaning |',
    '| --- | --- | --- |',
    ...fields(schema, '').map((cells) => `| ${cells.map(cell).join(' | ')} |`),
  ].join('\n')

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** The fields of an object and of the objects in it, each with its whole name. */
const fields = (schema: Schema, prefix: string): readonly (readonly string[])[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) ? '' : ', may be absent'
    const own = [`\`${prefix}${name}\``, typeOf(field) + optional, field.description ?? '']
    return [own, ...inside(field, `${prefix}${name}`)]
  })

const inside = (field: Schema, path: string): readonly (readonly string[])[] => {
  if (field.items !== undefined) return inside(field.items, `${path}[]`)
  const either = field.anyOf ?? field.oneOf
  if (field.prefixItems !== undefined) return inside(field.prefixItems[0]!, `${path}[]`)
  if (either !== undefined)
    return either.flatMap((one) => (one.properties === undefined ? [] : inside(one, path)))
  if (typeof field.additionalProperties === 'object' && field.properties === undefined)
    return inside(field.additionalProperties, `${path}.*`)
  return fields(field, `${path}.`)
}

const typeOf = (schema: Schema): string => {
  const { $ref, type, items, prefixItems, anyOf, oneOf, additionalProperties } = schema
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1)!
    return Object.hasOwn(parts, name) ? `[${name}](#${name})` : 'any JSON'
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum !== undefined)
    return schema.enum.map((one) => `\`${JSON.stringify(one)}\``).join(', ')
  const either = anyOf ?? oneOf
  if (either !== undefined) return [...new Set(either.map(typeOf))].join(' or ')
  if (prefixItems !== undefined) return `[${prefixItems.map(typeOf).join(', ')}]`
  if (items !== undefined) return `list of ${typeOf(items)}`
  if (type === 'object' && typeof additionalProperties === 'object' && !schema.properties)
    return `object of ${typeOf(additionalProperties)} by name`
  return [type ?? 'any JSON'].flat().join(' or ')
}

/** The help of every command. */
export const commandsText = async (): Promise<string> => {
  const helps = Object.entries(commands).map(async ([name, load]) => {
    const command = await load()
    const signal = new AbortController().signal
    const cli = parser([name, '--help'], { known: [command], signal, done: () => {} })
    const help = await new Promise<string>((done) => {
      void cli.parse([name, '--help'], {}, (_error, _args, output) => done(output))
    })
    return `## schism ${name}\n\n\`\`\`\n${help.trimEnd()}\n\`\`\``
  })
  return `${['# Commands', COMMANDS, ...(await Promise.all(helps))].join('\n\n')}\n`
}

const COMMANDS = [
  'What `schism COMMAND --help` prints, kept up to date by `npx tsx scripts/docs.ts`. Every command takes `--json`',
  '([json.md](json.md)), `--quiet`, `--no-color` (or `NO_COLOR`; `FORCE_COLOR` wins over it) and `--verbose`. A run is named by its id, by as',
  'much of its beginning or end as is enough, by `latest` or by its folder. [serve.md](serve.md) is about `schism serve`.',
].join('\n')
