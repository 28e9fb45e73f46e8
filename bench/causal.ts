/**
 * Times causal consistency and what is below it on generated histories, which are causally convergent:
 * `npm run bench -- causal`. The peer is AWDIT, which took 41 s and 7 GB for a million transactions of 8
 * operations; the baseline here, in the same run, is the pass that only reads the history into columns.
 *
 * `cpu s` is the least processor time of three rounds in a warm process, without loading; `MB` is what a
 * round adds to the memory that the loaded history takes, at its highest poll of the limits.
 */
import causal from '../checkers/causal.ts'
import convergence from '../checkers/causal-convergence.ts'
import { sessionsOf } from '../checkers/causality/sessions.ts'
import type { Limits } from '../checkers/checker.ts'
import { type History, HistoryBuilder } from '../checkers/history.ts'
import casRegister from '../checkers/models/cas-register.ts'
import { registers } from '../checkers/registers/registers.ts'
import { table } from './table.ts'

const rounds = 3
const checks = { causal, 'causal-convergence': convergence }

const main = (): void => {
  const operations = Number(process.argv[3] ?? 1_000_000)
  const rows = [10_000, 100_000, 1_000_000]
    .filter((size) => size <= operations)
    .flatMap((size) => {
      const history = replicated({ operations: size, sessions: 20, keys: 1000 })
      const base = measure(() => sessionsOf(registers(history, casRegister.registers!)).size)
      return [
        [size, 'columns alone', 'true', base.seconds, base.megabytes, '1.0×'],
        ...Object.entries(checks).map(([name, { check }]) => {
          const { seconds, megabytes, result } = measure((limits) => check(history, limits).valid)
          const ratio = `${(seconds / base.seconds).toFixed(1)}×`
          return [size, name, String(result), seconds, megabytes, ratio]
        }),
      ]
    })
  console.log(table(['operations', 'level', 'verdict', 'cpu s', 'MB', 'ratio'], rows))
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
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage()
    result = work(limits)
    const { user, system } = process.cpuUsage(start)
    micros = Math.min(micros, user + system)
  }
  const megabytes = Math.max(0, highest - before) / 1e6
  return { seconds: micros / 1e6, megabytes, result: result! }
}

/**
 * Every session reads its own replica, which has applied a part of one log of all writes, up to a point
 * that moves on, and its own writes at once; the latest in the log wins.
 */
const replicated = (size: {
  readonly operations: number
  readonly sessions: number
  readonly keys: number
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
    for (let until = log.length - below(200); applied[session]! < until; applied[session]!++) {
      const of = log[applied[session]!]!
      replica[of] = Math.max(replica[of]!, applied[session]! + 1)
    }
    const value = replica[key] === 0 ? null : replica[key]
    builder.add({ ...shared, type: 'invoke', f: 'read', value: null })
    builder.add({ ...shared, type: 'ok', f: 'read', value })
  }
  return builder.build()
}

main()
