/** What the declarations of reference systems have in common. */
import type { Member, Option } from '../../harness/api.ts'

/** So many servers `n1`, `n2`, … that clients speak to. */
export const servers = (count: number): readonly Member[] =>
  Array.from({ length: count }, (_, n) => ({ name: `n${n + 1}`, role: 'server', serves: true }))

/** The option that chooses a build: correct, or with one of these mistakes. */
export const bugOption = (bugs: Readonly<Record<string, string>>): Option => ({
  summary: 'a mistake to build in: docs/reference-systems.md',
  default: 'none',
  choices: ['none', ...Object.keys(bugs)],
})
