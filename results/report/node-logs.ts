/** Reads what the nodes of a run printed, as far as a page keeps it: log-excerpt.ts. */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { History } from '../../checkers/history.ts'
import type { RunRecord, VerdictRecord } from '../run.ts'
import { type LogLine, logExcerpt, type NodeLog, type Span } from './log-excerpt.ts'
import { timeline } from './timeline.ts'

/** Of a longer log only the end is read; bytes. */
const READ_MAX = 16 * 2 ** 20
const LINES_MAX = 2000
/** All nodes together. */
const ALL_LINES_MAX = 20_000
const EXTENSION = '.log'

/**
 * The logs in a run's `logs` folder, by node; none where there is no folder. O(bytes read).
 * @param run of which the start stands for the origin of its clock where that was not recorded
 */
export const nodeLogs = (
  folder: string,
  { clockOrigin, startedAt }: RunRecord,
  spans: readonly Span[],
): readonly NodeLog[] => {
  if (!existsSync(folder)) return []
  const origin = clockOrigin ?? startedAt
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(EXTENSION))
    .map(({ name }) => name)
    .toSorted()
  const linesMax = Math.min(LINES_MAX, Math.floor(ALL_LINES_MAX / Math.max(1, names.length)))
  return names.map((name) => {
    const { text, unreadBytes } = endOf(join(folder, name))
    const node = name.slice(0, -EXTENSION.length)
    return { unreadBytes, ...logExcerpt(node, text, { origin, spans, linesMax }) }
  })
}

/** When faults came and went, other nodes led, and the operations of the proofs ran; each with what is near. */
export const worthReading = (history: History, { anomalies }: VerdictRecord): readonly Span[] => {
  const { faults, leaderChanges } = timeline(history)
  const proven = new Set(anomalies.slice(0, PROOFS_MAX).flatMap(({ ops }) => ops.slice(0, OPS_MAX)))
  const { index, time } = history.columns
  const moments = [
    ...faults.flatMap(({ fromNs, toNs }) => [fromNs, toNs]),
    ...leaderChanges.map(({ timeNs }) => timeNs),
  ]
  for (let position = 0; position < history.length; position++)
    if (proven.has(index[position]!)) moments.push(time[position]!)
  return moments.map((moment) => [moment - NEAR_NS, moment + NEAR_NS])
}

const PROOFS_MAX = 12
const OPS_MAX = 40
const NEAR_NS = 2e9

/** The last lines of each node, for a first look at what went wrong. */
export const lastLines = (logs: readonly NodeLog[]): readonly LogLine[] =>
  logs.slice(0, QUOTED_NODES_MAX).flatMap(({ lines }) => lines.slice(-QUOTED_LINES))

const QUOTED_NODES_MAX = 8
const QUOTED_LINES = 5

const endOf = (path: string): { readonly text: string; readonly unreadBytes: number } => {
  const { size } = statSync(path)
  const bytes = Buffer.alloc(Math.min(size, READ_MAX))
  const descriptor = openSync(path, 'r')
  try {
    const length = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length)
    return { text: bytes.toString('utf8', 0, length), unreadBytes: size - bytes.length }
  } finally {
    closeSync(descriptor)
  }
}
