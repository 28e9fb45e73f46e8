/**
 * Which of Adya's levels a history of registers breaks in every order of its versions: what the lattice takes for granted of reads
 * that no order of the versions explains.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unlimited } from '../../checker.ts'
import type { History } from '../../history.ts'
import { rwRegister } from '../../rw-register.ts'
import { transactionalHistories } from '../../testing/isolation-histories.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 300)

type Step = readonly [f: string, key: string, value: unknown]
type Txn = readonly Step[]

/** What is read of others: by which transaction, at which of its steps, of which key, and who wrote that; -1 is nobody. */
interface Read {
  readonly by: number
  readonly at: number
  readonly key: string
  readonly from: number
}

/** The transactions, for every choice of those that may have happened; what these read tells nothing. */
const choices = (history: History): readonly (readonly Txn[])[] => {
  let all: (readonly Txn[])[] = [[]]
  for (const { invoke, completion, outcome } of history.operations()) {
    if (outcome === 'fail') continue
    const ok = outcome === 'ok'
    const steps = (ok ? completion! : invoke).value as Txn
    const happened = all.map((txns) => [...txns, ok ? steps : steps.filter(([f]) => f !== 'r')])
    all = ok ? happened : [...all, ...happened]
  }
  return all
}

const orders = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  all.length === 0
    ? [[]]
    : all.flatMap((one) =>
        orders(all.filter((other) => other !== one)).map((rest) => [one, ...rest]),
      )

/** Undefined where something was read that no transaction left behind. */
const readsOf = (txns: readonly Txn[]): readonly Read[] | undefined => {
  const left = (txn: Txn, key: string) =>
    txn.findLast(([f, other]) => f === 'w' && other === key)?.[2]
  const reads: Read[] = []
  for (const [by, txn] of txns.entries())
    for (const [at, [f, key, value]] of txn.entries()) {
      const own = txn
        .slice(0, at)
        .some((one) => one[0] === 'w' && one[1] === key && one[2] === value)
      if (f !== 'r' || own) continue
      const from = value === null ? -1 : txns.findIndex((other) => left(other, key) === value)
      if (from === by || (from === -1 && value !== null)) return undefined
      reads.push({ by, at, key, from })
    }
  return reads
}

/** Whether one leads to the other, for each two. */
const closed = (size: number, edges: readonly (readonly [number, number])[]): boolean[][] => {
  const leads = Array.from({ length: size }, () => new Array<boolean>(size).fill(false))
  for (const [from, to] of edges) leads[from]![to] = true
  for (let by = 0; by < size; by++)
    for (const row of leads)
      if (row[by])
        leads[by]!.forEach((on, to) => {
          if (on) row[to] = true
        })
  return leads
}

/** Adya's levels that hold of some transactions in one order of the versions of each key. */
const keptIn = (
  size: number,
  reads: readonly Read[],
  versions: ReadonlyMap<string, readonly number[]>,
): readonly string[] => {
  const ww = [...versions.values()].flatMap((writers) =>
    writers.slice(1).map((to, place) => [writers[place]!, to] as const),
  )
  const wr = reads.flatMap(({ from, by }) => (from === -1 ? [] : [[from, by] as const]))
  const rw = reads.flatMap(({ by, at, key, from }) => {
    const writers = versions.get(key) ?? []
    const later = writers.slice(writers.indexOf(from) + 1).filter((to) => to !== by)
    return later.map((to) => ({ by, at, to }))
  })
  const along = closed(size, [...ww, ...wr])
  const every = closed(size, [...ww, ...wr, ...rw.map(({ by, to }) => [by, to] as const)])
  const cyclic = (leads: readonly boolean[][]): boolean => leads.some((row, one) => row[one])
  if (cyclic(along)) return []
  const sawBefore = (by: number, at: number, to: number): boolean =>
    reads.some(
      ({ by: reader, at: earlier, from }) =>
        reader === by && earlier < at && from !== -1 && (from === to || along[to]![from]!),
    )
  return [
    ...(rw.some(({ by, at, to }) => sawBefore(by, at, to)) ? [] : ['monotonic-view']),
    ...(rw.some(({ by, to }) => along[to]![by]) ? [] : ['consistent-view']),
    ...(cyclic(every) ? [] : ['repeatable-read']),
  ]
}

/** Adya's levels that hold in some order of the versions. */
const kept = (history: History): ReadonlySet<string> => {
  const found = new Set<string>()
  for (const txns of choices(history)) {
    const reads = readsOf(txns)
    if (reads === undefined) continue
    const keys = new Set(txns.flat().map(([, key]) => key))
    const writers = (key: string): readonly number[] =>
      txns.flatMap((txn, one) =>
        txn.some(([f, other]) => f === 'w' && other === key) ? [one] : [],
      )
    let all: ReadonlyMap<string, readonly number[]>[] = [new Map()]
    for (const key of keys)
      all = all.flatMap((some) => orders(writers(key)).map((one) => new Map([...some, [key, one]])))
    for (const versions of all)
      for (const level of keptIn(txns.length, reads, versions)) found.add(level)
  }
  return found
}

test('what breaks a weak level breaks those of Adya that forbid it, whatever the order of the versions', () => {
  let told = 0
  fc.assert(
    fc.property(transactionalHistories('rw-register', 5), (history) => {
      const { stats = {} } = rwRegister('causal')(history, unlimited)
      const broken = `${stats.not}, ${stats.alsoNot}`.split(', ')
      const levels = ['monotonic-view', 'consistent-view', 'repeatable-read']
      const wrong = broken.filter((level) => levels.includes(level))
      if (wrong.length === 0) return
      told++
      const holds = kept(history)
      expect(wrong.filter((level) => holds.has(level))).toEqual([])
    }),
    { numRuns },
  )
  expect(told).toBeGreaterThan(0)
})
