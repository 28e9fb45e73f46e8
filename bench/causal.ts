/**
 * Times causal consistency and what is below it on generated histories, which are causally convergent:
 * `npm run bench -- causal`. The peer is AWDIT, which took 41 s and 7 GB for a million transactions of 8
 * operations; the baseline here, in the same run, is the pass that only reads the history into columns.
 *
 * `cpu s` is the least processor time of at most three rounds in a warm process, without loading; `MB` is what a
 * round adds to the memory that the loaded history takes, at its highest poll of the limits.
 */
import causal from '../checkers/causal.ts'
import causalConvergence from '../checkers/causal-convergence.ts'
import causalMemory from '../checkers/causal-memory.ts'
import { sessionsOf } from '../checkers/causality/sessions.ts'
import type { Limits } from '../checkers/checker.ts'
import { type History, HistoryBuilder } from '../checkers/history.ts'
import casRegister from '../checkers/models/cas-register.ts'
import monotonicReads from '../checkers/monotonic-reads.ts'
import monotonicWrites from '../checkers/monotonic-writes.ts'
import pram from '../checkers/pram.ts'
import readYourWrites from '../checkers/read-your-writes.ts'
import { registers } from '../checkers/registers/registers.ts'
import writesFollowReads from '../checkers/writes-follow-reads.ts'
import { table } from './table.ts'

const rounds = 3
/** After so much processor time there are no more rounds. */
const patienceSeconds = 5
const checks = {
  'read-your-writes': readYourWrites,
  'monotonic-reads': monotonicReads,
  'monotonic-writes': monotonicWrites,
  'writes-follow-reads': writesFollowReads,
  causal,
  'causal-convergence': causalConvergence,
  pram,
  'causal-memory': causalMemory,
}

const kinds = {
  'one store': { lag: 1, stale: 0 },
  'late replicas': { lag: 200, stale: 0 },
  'late, 1 stale read': { lag: 200, stale: 1 },
}

const main = (): void => {
  const operations = Number(process.argv[3] ?? 1_000_000)
  const headings = ['operations', 'history', 'level', 'verdict', 'cpu s', 'MB', 'ratio']
  for (const size of [100_000, 1_000_000].filter((one) => one <= operations))
    for (const kind of Object.keys(kinds) as Kind[])
      console.log(`${table(headings, judged(size, kind))}\n`)
}

type Kind = keyof typeof kinds

const judged = (operations: number, kind: Kind): (string | number)[][] => {
  const history = replicated({ operations, sessions: 20, keys: 1000, ...kinds[kind] })
  const base = measure(() => sessionsOf(registers(history, casRegister.registers!)).size)
  return [
    [operations, kind, 'columns alone', '', base.seconds, base.megabytes, '1.0×'],
    ...Object.entries(checks).map(([name, { check }]) => {
      const { seconds, megabytes, result } = measure((limits) => check(history, limits).valid)
      const ratio = `${(seconds / base.seconds).toFixed(1)}×`
      return [operations, kind, name, String(result), seconds, megabytes, ratio]
    }),
  ]
}

const measure = <R>(
  work: (limits: Limits) => R,
): { readonly seconds: number; readonly megabytes: number; readonly result: R } => {
  let micros = Number.POSITIVE_INFINITY
  let highest = 0
  const limits: Limits = {
    exceeded: () => {
      highest = Math.max(highest, process.memoryUsage.rss())
      return undefined
    },
  }
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  let result: R
  let spent = 0
  for (let round = 0; round < rounds && spent < patienceSeconds * 1e6; round++) {
    const start = process.cpuUsage()
    result = work(limits)
    const { user, system } = process.cpuUsage(start)
    micros = Math.min(micros, user + system)
    spent += user + system
  }
  const megabytes = Math.max(0, highest - before) / 1e6
  return { seconds: micros / 1e6, megabytes, result: result! }
}

/**
 * Every session reads its own replica, which has applied a part of one log of all writes, up to a point
 * that moves on and is less than `lag` behind, and its own writes at once; the latest in the log wins. The
 * last `stale` reads return the first value that their key had.
 */
const replicated = (size: {
  readonly operations: number
  readonly sessions: number
  readonly keys: number
  readonly lag: number
  readonly stale: number
}): History => {
  let seed = 7
  const below = (most: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * most)
  }
  const log: number[] = []
  const applied = new Int32Array(size.sessions)
  /** What each replica holds of each key, as 1 + the place in the log. */
  const state = Array.from({ length: size.sessions }, () => new Int32Array(size.keys))
  const builder = new HistoryBuilder()
  for (let op = 0; op < size.operations; op++) {
    const session = below(size.sessions)
    const key = below(size.keys)
    const replica = state[session]!
    const shared = { process: session, key }
    if (below(2) === 0) {
      log.push(key)
      replica[key] = log.length
      builder.add({ ...shared, type: 'invoke', f: 'write', value: log.length })
      builder.add({ ...shared, type: 'ok', f: 'write', value: log.length })
      continue
    }
    for (let until = log.length - below(size.lag); applied[session]! < until; applied[session]!++) {
      const of = log[applied[session]!]!
      replica[of] = Math.max(replica[of]!, applied[session]! + 1)
    }
    const stale = size.operations - op <= size.stale * 2
    const held = stale ? log.indexOf(key) + 1 : replica[key]!
    const value = held === 0 ? null : held
    builder.add({ ...shared, type: 'invoke', f: 'read', value: null })
    builder.add({ ...shared, type: 'ok', f: 'read', value })
  }
  return builder.build()
}

main()
