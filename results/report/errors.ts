/** Why operations failed or were left open, in the words of clients and systems, the most frequent first. */
import { FAIL, type History, INFO, NEMESIS } from '../../checkers/history.ts'
import { line } from './text.ts'

export interface ErrorCount {
  readonly f: string
  readonly outcome: 'fail' | 'info'
  readonly error: string
  readonly times: number
}

/** Different errors that are told apart: a system may put a number of its own into each. */
const MOST = 500

/** Counts equal errors of equal operations. O(events). */
export const errorCounts = (history: History): readonly ErrorCount[] => {
  const { type, process, f } = history.columns
  const counts = new Map<string, { -readonly [K in keyof ErrorCount]: ErrorCount[K] }>()
  for (let position = 0; position < history.length; position++) {
    const error = history.error(position)
    if (error === undefined || process[position] === NEMESIS) continue
    if (type[position] !== FAIL && type[position] !== INFO) continue
    const outcome = type[position] === FAIL ? 'fail' : 'info'
    const key = `${outcome} ${f[position]} ${error.slice(0, 300)}`
    const known = counts.get(key)
    const name = history.fs[f[position]!]!
    if (known !== undefined) known.times++
    else if (counts.size < MOST)
      counts.set(key, { f: line(name, 24), outcome, error: line(error, 300), times: 1 })
  }
  return [...counts.values()].sort((a, b) => b.times - a.times)
}
