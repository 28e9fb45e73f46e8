/**
 * Looks through the logs of nodes for lines that no healthy program writes: panics, data races, failed assertions,
 * memory that ran out. Pure: whoever has the logs passes their lines, so this is not a checker of histories, and
 * `matches` in a line is all the evidence there is. Where a fault kills a process its `Killed` is expected: pass exceptions.
 *
 * Jepsen's `log-file-pattern`, with a list of patterns instead of one, and exceptions. O(lines × patterns).
 */
import type { Anomaly, Limits, Stats, Verdict } from './checker.ts'
import { count } from './guarded.ts'

/** One line of a node's log. */
export interface LogLine {
  readonly node: string
  readonly file: string
  /** Counted from 1. */
  readonly number: number
  readonly text: string
}

export interface LogPattern {
  /** In kebab-case: becomes the type of the anomaly. */
  readonly name: string
  /** Must not be global or sticky: those remember where they were. */
  readonly pattern: RegExp
}

export interface LogPatternsOptions {
  /** Instead of the default patterns. */
  readonly patterns?: readonly LogPattern[]
  /** Lines that match one of these are never taken for anything. */
  readonly except?: readonly RegExp[]
}

/** The first pattern that a line matches names it, so the more telling ones come first. */
export const defaultPatterns: readonly LogPattern[] = [
  { name: 'data-race', pattern: /WARNING: (DATA RACE|ThreadSanitizer: data race)/ },
  {
    name: 'sanitizer',
    pattern:
      /(Address|Leak|Memory|Thread|UndefinedBehavior)Sanitizer: |runtime error: .*(overflow|out of bounds|null pointer)/,
  },
  {
    name: 'deadlock',
    pattern:
      /all goroutines are asleep - deadlock!|POTENTIAL DEADLOCK|Found one Java-level deadlock/,
  },
  {
    name: 'out-of-memory',
    pattern:
      /java\.lang\.OutOfMemoryError|fatal error: (runtime: )?out of memory|std::bad_alloc|Out of memory: Kill(ed)? process|memory allocation of \d+ bytes failed/,
  },
  {
    name: 'corruption',
    pattern:
      /checksum mismatch|crc mismatch|data (inconsistency|corruption) detected|found data inconsistency|database (disk image|file) is (malformed|corrupt)|invalid page in block/i,
  },
  {
    name: 'assertion',
    pattern:
      /Assertion [`'"(].*failed|assertion failed|ASSERTION FAILED|java\.lang\.AssertionError|TRAP: (FailedAssertion|failed Assert)|Invariant failure/i,
  },
  {
    name: 'panic',
    pattern:
      /^panic: |"level":"(panic|fatal|dpanic)"|thread '.*' panicked at|^fatal error: |kernel panic|\bPANIC: /,
  },
  {
    name: 'segmentation-fault',
    pattern:
      /SIGSEGV|segmentation (fault|violation)|SIGBUS|SIGABRT|REDIS BUG REPORT START|crashed by signal/i,
  },
]

/** How many lines are shown of each kind. */
const SHOWN = 10

/** Judges log lines by patterns; unknown when there is not one line. */
export const logPatterns =
  ({ patterns = defaultPatterns, except = [] }: LogPatternsOptions = {}) =>
  (lines: Iterable<LogLine>, limits: Limits): Verdict => {
    const found = new Map<string, { readonly shown: LogLine[]; all: number }>()
    let read = 0
    for (const line of lines) {
      if (++read % 4096 === 0) {
        const reason = limits.exceeded(0)
        if (reason !== undefined) return { valid: 'unknown', reason }
      }
      const match = patterns.find(({ pattern }) => pattern.test(line.text))
      if (match === undefined || except.some((pattern) => pattern.test(line.text))) continue
      const entry = found.get(match.name) ?? { shown: [], all: 0 }
      found.set(match.name, entry)
      entry.all++
      if (entry.shown.length < SHOWN) entry.shown.push(line)
    }
    const counts = [...found].map(([name, { all }]) => [name, all] as const)
    const stats: Stats = { lines: read, ...Object.fromEntries(counts) }
    const [first, ...rest] = [...found].map(([name, entry]) => anomaly(name, entry))
    if (first !== undefined) return { valid: false, anomalies: [first, ...rest], stats }
    if (read === 0) return { valid: 'unknown', reason: 'there are no log lines', stats }
    return { valid: true, stats }
  }

const anomaly = (
  type: string,
  { shown, all }: { readonly shown: readonly LogLine[]; readonly all: number },
): Anomaly => {
  const { node, file, number, text } = shown[0]!
  return {
    type,
    summary: `${count(all, 'line')} in the logs; first ${node}, ${file}:${number}: ${clipped(text)}`,
    ops: [],
    elements: shown.map((line) => `${line.node}/${line.file}:${line.number}`),
  }
}

const clipped = (text: string): string =>
  text.length <= 200 ? text.trim() : `${text.slice(0, 199).trim()}…`
