/**
 * The laws of the house that a machine can check: which folder may import what, where clocks, chance and
 * process ends are read, how long files and functions may grow. A permission that nobody uses is an
 * error as well, so that this page stays true.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const folders = ['checkers', 'results', 'harness', 'workloads', 'nemesis', 'systems']

interface Source {
  readonly path: string
  readonly text: string
  readonly folder: string
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[]
}

const importPattern =
  /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|(?:import|require\.resolve)\('([^']+)'\)/gm

const sources: readonly Source[] = [...folders, 'bench', 'scripts']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, path),
    ),
  )
  .filter((path) => /\.m?tsx?$/.test(path) && !path.startsWith('results/runs/'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const imports = [...text.matchAll(importPattern)].map(([, typeOnly, from, dynamic]) => {
      const target = from ?? dynamic!
      return {
        from: target.startsWith('.') ? normalize(join(dirname(path), target)) : target,
        typeOnly: typeOnly !== undefined,
      }
    })
    return { path, text, folder: path.split('/')[0]!, imports }
  })
const product = sources.filter(({ path }) => !/\.test\.ts$|\/testing\//.test(path))

const isNode = (from: string): boolean => from.startsWith('node:') || builtinModules.includes(from)
const isInternal = (from: string): boolean => /\.(tsx?|js)$/.test(from)

/** What each folder may import from the house, beyond itself. */
const house: Readonly<Record<string, readonly string[]>> = {
  checkers: [],
  results: ['checkers/'],
  harness: ['checkers/', 'results/'],
  workloads: ['harness/api.ts', 'harness/generators/', 'checkers/'],
  nemesis: ['harness/api.ts'],
  systems: ['harness/api.ts', 'type workloads/'],
}

/** Whether one permission covers an import; `type ` permits types only. */
const covers = (permission: string, from: string, typeOnly: boolean): boolean =>
  permission.startsWith('type ')
    ? typeOnly && from.startsWith(permission.slice(5))
    : from.startsWith(permission)

describe('who may import what', () => {
  for (const folder of folders) {
    const own = product.filter((source) => source.folder === folder)

    test(`${folder}/ imports only what it may`, () => {
      const wrong = own.flatMap(({ path, imports }) =>
        imports
          .filter(({ from }) => isInternal(from) && !from.startsWith(`${folder}/`))
          .filter(
            ({ from, typeOnly }) =>
              !house[folder]!.some((permission) => covers(permission, from, typeOnly)),
          )
          .map(({ from }) => `${path} imports ${from}`),
      )
      expect(wrong).toEqual([])
    })

    test(`${folder}/ uses every permission it has`, () => {
      const unused = house[folder]!.filter(
        (permission) =>
          !own.some(({ imports }) =>
            imports.some(({ from, typeOnly }) => covers(permission, from, typeOnly)),
          ),
      )
      expect(unused).toEqual([])
    })
  }

  test('checkers/ import neither packages nor node modules', () => {
    const wrong = product
      .filter(({ folder }) => folder === 'checkers')
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ from }) => isNode(from) || !isInternal(from))
          .map(({ from }) => `${path} imports ${from}`),
      )
    expect(wrong).toEqual([])
  })

  // Protocols are the systems' own clients, lent to systems that somebody else describes.
  test('a system imports no other system, a fault no other fault', () => {
    const unit = (path: string): string => path.split('/').slice(0, 2).join('/').replace('.ts', '')
    const wrong = product
      .filter(({ folder }) => ['systems', 'nemesis', 'workloads'].includes(folder))
      .filter(({ path }) => !path.startsWith('systems/protocols/'))
      .flatMap(({ path, folder, imports }) =>
        imports
          .filter(({ from }) => from.startsWith(`${folder}/`) && unit(from) !== unit(path))
          .map(({ from }) => `${path} imports ${from}`),
      )
    expect(wrong).toEqual([])
  })

  test('the harness names no system, workload or fault', () => {
    const wrong = product
      .filter(({ folder }) => folder === 'harness' || folder === 'results')
      .filter(({ imports }) =>
        imports.some(({ from }) => /^(systems|workloads|nemesis)\//.test(from)),
      )
      .map(({ path }) => path)
    expect(wrong).toEqual([])
  })
})

describe('where the outside world is read', () => {
  const only = (what: RegExp, homes: readonly string[]): void => {
    const users = product
      .filter(({ folder }) => folders.includes(folder))
      .filter(({ text }) => what.test(withoutComments(text)))
      .map(({ path }) => path)
    expect(users.toSorted()).toEqual([...homes].toSorted())
  }

  test('clocks', () => {
    only(/\bDate\.now|\bnew Date\(\)|\bperformance\.now|\bhrtime/, ['harness/clock.ts'])
  })

  test('the end of the process', () => {
    only(/\bprocess\.exit\b/, ['harness/main.ts'])
  })

  test('chance: every random number comes from the seed', () => {
    only(/\bMath\.random\b/, [])
  })
})

test('what runs in containers too needs nothing that Node 18, Debian 12’s, has not', () => {
  const newer = /\.(toSorted|toReversed|toSpliced|with)\(|\b(Object|Map)\.groupBy\b|withResolvers/
  const users = product
    .filter(({ path }) => /^(systems\/reference|harness\/node)\//.test(path))
    .filter(({ text }) => newer.test(withoutComments(text)))
    .map(({ path }) => path)
  expect(users).toEqual([])
})

describe('size', () => {
  test('no file is longer than 400 lines', () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
      .filter(({ path, lines }) => lines > 400 && !path.endsWith('.test.ts'))
    expect(long).toEqual([])
  })

  test('no line is longer than 140 columns', () => {
    const long = sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, at) => (line.length > 140 ? [`${path}:${at + 1}`] : [])),
    )
    expect(long.length).toBeLessThan(40)
  })

  test('every source file says in its first lines what it is for', () => {
    const silent = product
      .filter(({ text }) => !/^(#!.*\n)?\s*\/\*\*/.test(text))
      .map(({ path }) => path)
    expect(silent).toEqual([])
  })

  test('nothing is left to be done without an issue', () => {
    const left = sources.filter(
      ({ path, text }) =>
        path !== relative(root, import.meta.filename) && /\b(TODO|FIXME|XXX)\b/.test(text),
    )
    expect(left.map(({ path }) => path)).toEqual([])
  })
})

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
