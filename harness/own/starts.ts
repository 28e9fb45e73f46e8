/**
 * Starting points for a system of one's own: folders of `examples/`, copied as they are, so that what the tests run
 * is what a newcomer begins with.
 */
import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors.ts'

export const starts = {
  compose: {
    summary: 'a compose file and a ready-made client: no code',
    next: [
      'npx schism test --compose docker-compose.yml --service redis --client redis --workload register --time-limit 20',
    ],
  },
  system: {
    summary: 'a system in one TypeScript file',
    next: ['npx schism test ./my-system.ts --workload register --faults kill --time-limit 20'],
  },
  stdio: {
    summary: 'a compose file and a client program of your own, in Python and in bash',
    next: [
      "npx schism test --compose docker-compose.yml --service redis --client 'stdio:python3 client.py' --workload register --concurrency 5 --time-limit 20",
      "npx schism test --compose docker-compose.yml --service redis --client 'stdio:bash client.sh' --workload read-write --concurrency 5 --time-limit 20",
    ],
  },
} as const satisfies Readonly<
  Record<string, { readonly summary: string; readonly next: readonly string[] }>
>
export type Start = keyof typeof starts

/** Beside the sources, and beside the compiled code's folder. */
const examples = ['../../examples', '../../../examples']
  .map((path) => join(import.meta.dirname, path))
  .find((path) => existsSync(path))

/** Copies a starting point into a folder. @returns the files @throws UsageError when one is there already; then nothing is written */
export const writeStart = (start: Start, folder: string): readonly string[] => {
  const from = join(examples ?? '', start)
  const names = readdirSync(from)
  const taken = names.filter((name) => existsSync(join(folder, name)))
  if (taken.length > 0)
    throw new UsageError(`${taken.join(', ')}: already there, so nothing was written`)
  for (const name of names) copyFileSync(join(from, name), join(folder, name))
  return names
}
