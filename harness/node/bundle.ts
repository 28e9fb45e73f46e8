/**
 * The programs of a reference system as one text that Node 18 runs, so that a change of them needs no new
 * image: made from the sources or from the compiled files, whichever runs here.
 */
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'

const made = new Map<string, string>()

/**
 * Bundles a system with what runs it in a container. Made once a process.
 * @param system the file that exports the system by default
 */
export const bundleProgram = (system: string): string => {
  const known = made.get(system)
  if (known !== undefined) return known
  const text = bundle(system)
  made.set(system, text)
  return text
}

const bundle = (system: string): string => {
  // Loaded when it is needed: other commands do not pay for it, and containers do not have it.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
  const runner = join(import.meta.dirname, `main${extname(import.meta.filename)}`)
  const { outputFiles } = buildSync({
    stdin: {
      contents: [
        `import system from ${JSON.stringify(system)}`,
        `import { runNode } from ${JSON.stringify(runner)}`,
        'runNode(system.program)',
      ].join('\n'),
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node18',
    format: 'esm',
    logLevel: 'silent',
  })
  return outputFiles[0]!.text
}
