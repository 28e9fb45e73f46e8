/**
 * Bundles the page's sources into one script, one style and one worker script, each a text that a report
 * holds whole. `npm run build` does so once, and an installed schism never does; from the sources a bundle
 * is made when the first report is, and kept with the hashes of all that went into it.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Rolldown } from 'vite'

/** The page's own code, ready to stand in a report. */
export interface PageFiles {
  /** Classic scripts: nothing of them is visible to each other. */
  readonly script: string
  readonly worker: string
  readonly style: string
}

/** The names of a built page's files, in the folder that holds them. */
export const pageFileNames: Readonly<Record<keyof PageFiles, string>> = {
  script: 'page.js',
  worker: 'worker.js',
  style: 'page.css',
}

interface Build {
  readonly files: PageFiles
  /** Every file that went into it, with its hash. */
  readonly inputs: Readonly<Record<string, string>>
}

/** Bundles the page whose sources are in a folder. Takes about a second. */
export const buildPage = async (sources: string): Promise<PageFiles> =>
  (await bundled(sources)).files

/** The same, kept in a folder until one of the sources changes. */
export const cachedPage = async (sources: string, cache: string): Promise<PageFiles> => {
  const place = createHash('sha256').update(resolve(sources)).digest('hex').slice(0, 16)
  const path = join(cache, `${place}.json`)
  const kept = await readBuild(path)
  if (kept !== undefined && (await isFresh(kept))) return kept.files
  const build = await bundled(sources)
  await mkdir(cache, { recursive: true })
  // Several tests may build at once: each writes its own, and the last one whole stays.
  const aside = `${path}.${process.pid}`
  await writeFile(aside, JSON.stringify(build))
  await rename(aside, path)
  return build.files
}

const bundled = async (sources: string): Promise<Build> => {
  const page = await bundle(sources, 'main.tsx')
  const hasWorker = existsSync(join(sources, 'worker.ts'))
  const worker = hasWorker ? await bundle(sources, 'worker.ts') : nothing
  const inputs = [...new Set([...page.inputs, ...worker.inputs])].sort()
  return {
    files: { script: page.script, style: page.style, worker: worker.script },
    inputs: Object.fromEntries(
      await Promise.all(inputs.map(async (path) => [path, await hashOf(path)] as const)),
    ),
  }
}

/** Of a page without a worker. */
const nothing: Bundle = { script: '', style: '', inputs: [] }

interface Bundle {
  readonly script: string
  readonly style: string
  readonly inputs: readonly string[]
}

const bundle = async (sources: string, entry: string): Promise<Bundle> => {
  const { build } = await import('vite')
  const result = await build({
    configFile: false,
    root: sources,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      cssCodeSplit: false,
      rolldownOptions: {
        input: join(sources, entry),
        output: { format: 'iife', name: 'schism', codeSplitting: false },
      },
    },
  })
  const { output } = result as Rolldown.RolldownOutput
  const assets = output.flatMap((one) => (one.type === 'asset' ? [String(one.source)] : []))
  const chunks = output.flatMap((one) => (one.type === 'chunk' ? [one] : []))
  if (chunks.length !== 1 || assets.length > 1)
    throw new Error(
      `the page’s ${entry} became ${output.length} files: expected a script and a style`,
    )
  const inputs = chunks[0]!.moduleIds.map((id) => id.replace(/\?.*$/, ''))
  return {
    script: chunks[0]!.code,
    style: assets[0] ?? '',
    inputs: inputs.filter((id) => !id.includes('\0')),
  }
}

const readBuild = async (path: string): Promise<Build | undefined> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Build
  } catch {
    return undefined
  }
}

const isFresh = async ({ inputs }: Build): Promise<boolean> => {
  const same = Object.entries(inputs).map(async ([path, hash]) => (await hashOf(path)) === hash)
  return (await Promise.all(same)).every(Boolean)
}

/** Empty for a file that is gone. */
const hashOf = async (path: string): Promise<string> => {
  const content = await readFile(path).catch(() => undefined)
  return content === undefined ? '' : createHash('sha256').update(content).digest('base64')
}
