/**
 * What the nodes of a run printed that no healthy program prints. Told as notes and never as a violation: a
 * server that panics because its disk was made to fail has done right, and nobody but its owner can tell.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Limits } from '../../checkers/checker.ts'
import { type LogLine, logPatterns } from '../../checkers/log-patterns.ts'
import { files } from '../../results/store.ts'
import { type JudgeInput, runOf } from './input.ts'

/** Of a longer log only the end is looked at; bytes. */
const LOOKED_AT = 64 * 2 ** 20

/** The notes on a run's logs; none for a history from elsewhere. */
export const notesOnLogs = async (
  input: JudgeInput,
  limits: Limits,
): Promise<readonly string[]> => {
  const found = input.by === undefined ? await runOf(input.path) : undefined
  return found === undefined ? [] : notesOn(join(found.folder, files.logs), limits)
}

/** One note for each kind of line in the logs of a folder. */
export const notesOn = (folder: string, limits: Limits): readonly string[] => {
  if (!existsSync(folder)) return []
  const verdict = logPatterns()(linesIn(folder), limits)
  return verdict.valid === false
    ? verdict.anomalies.map(({ type, summary }) => `${type}: ${summary}`)
    : []
}

function* linesIn(folder: string): Generator<LogLine> {
  for (const file of readdirSync(folder).toSorted()) {
    if (!file.endsWith(LOG)) continue
    const node = file.slice(0, -LOG.length)
    for (const [at, line] of endOf(join(folder, file)).split('\n').entries())
      if (line !== '') yield { node, file, number: at + 1, text: withoutTime(line) }
  }
}

const LOG = '.log'

/** Every line begins with the time at which it was printed. */
const withoutTime = (line: string): string => line.slice(line.indexOf(' ') + 1)

const endOf = (path: string): string => {
  const { size } = statSync(path)
  const bytes = Buffer.alloc(Math.min(size, LOOKED_AT))
  const descriptor = openSync(path, 'r')
  try {
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length)
  } finally {
    closeSync(descriptor)
  }
  return bytes.toString('utf8')
}
