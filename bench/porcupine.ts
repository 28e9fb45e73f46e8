/**
 * Times the linearizability search on Porcupine's recorded histories and on generated ones, and
 * compares it, in the same run, with the same search without its cutting rules (which is about what
 * Wing, Gong and Lowe describe). `npm run bench -- porcupine`
 *
 * Times are the best of several rounds in a warm process, reading files not included. The first two
 * columns are the search alone, which is not asked without rules for a million operations; "with proof"
 * is the whole checker with the minimised proof, "slowest" its longest time for one history.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { unlimited } from '../checkers/checker.ts'
import { type EventInput, History } from '../checkers/history.ts'
import { parts } from '../checkers/linearizable/part.ts'
import { problem, searchOf } from '../checkers/linearizable/problem.ts'
import { allRules, type Rules, type Search } from '../checkers/linearizable/search.ts'
import { linearizable } from '../checkers/linearizable.ts'
import type { Model } from '../checkers/model.ts'
import casRegister from '../checkers/models/cas-register.ts'
import kv from '../checkers/models/kv.ts'
import { readHistory } from '../results/formats/read.ts'

const noRules: Rules = {
  pureFirst: false,
  twins: false,
  needed: false,
  lookAhead: false,
  valuesAfter: Number.POSITIVE_INFINITY,
}
/** The budget of configurations for one key at which a search gives up. */
const patience = 2_000_000

interface Row {
  readonly input: string
  readonly histories: readonly History[]
  readonly model: Model
  readonly rounds: number
}

const main = (): void => {
  // Compiled, this file stands one folder deeper, and the recorded histories are not there.
  const folder = ['..', '../..']
    .map((up) => join(import.meta.dirname, up, 'results/findings/porcupine'))
    .find((path) => existsSync(join(path, 'kv')))!
  const read = (path: string): History => readHistory(join(folder, path)).history
  const logs = readdirSync(join(folder, 'jepsen-etcd')).map((file) => read(`jepsen-etcd/${file}`))
  const rows: Row[] = [
    { input: `etcd, ${logs.length} logs`, histories: logs, model: casRegister, rounds: 20 },
    ...['c10-ok', 'c10-bad', 'c50-ok', 'c50-bad'].map((name) => ({
      input: `kv ${name}`,
      histories: [read(`kv/${name}.txt`)],
      model: kv,
      rounds: 8,
    })),
    ...[
      { operations: 1000, concurrency: 20 },
      { operations: 5000, concurrency: 20 },
      { operations: 100_000, concurrency: 5 },
      { operations: 1_000_000, concurrency: 10 },
    ].map(({ operations, concurrency }) => ({
      input: `register, 5 values, c=${concurrency}`,
      histories: [register(operations, concurrency)],
      model: casRegister,
      rounds: operations > 100_000 ? 2 : 4,
    })),
  ]
  print([
    'input',
    'operations',
    'result',
    'search ms',
    'no rules ms',
    'ratio',
    'with proof ms',
    'slowest ms',
  ])
  for (const row of rows) print(measure(row))
}

const measure = ({ input, histories, model, rounds }: Row): string[] => {
  const check = linearizable(model)
  const results = histories.map((history) => check(history, unlimited).valid)
  const valid = results.filter((result) => result === true).length
  const operations = histories.reduce((sum, history) => sum + [...history.operations()].length, 0)
  const ours = best(rounds, () => decideAll(histories, model, allRules))
  const plain =
    operations > 200_000 ? undefined : best(1, () => decideAll(histories, model, noRules))
  const proof = best(rounds, () => {
    for (const history of histories) check(history, unlimited)
    return true
  })
  const slowest = Math.max(
    ...histories.map((one) => best(Math.min(rounds, 5), () => check(one, unlimited) !== null).ms),
  )
  const least = plain?.complete === false ? '> ' : ''
  return [
    input,
    String(operations),
    histories.length > 1 ? `${valid} valid` : valid === 1 ? 'valid' : 'violation',
    ours.ms.toFixed(2),
    plain === undefined ? '–' : least + plain.ms.toFixed(1),
    plain === undefined ? '–' : `${least}${(plain.ms / ours.ms).toFixed(1)}×`,
    proof.ms.toFixed(2),
    slowest.toFixed(2),
  ]
}

/** Decides every history by the search alone; false when it gave up on one. */
const decideAll = (histories: readonly History[], model: Model, rules: Rules): boolean =>
  histories.map((history) => decide(history, model, rules)).every((decided) => decided)

/** Key by key with growing budgets, as the checker does. */
const decide = (history: History, model: Model, rules: Rules): boolean => {
  let todo = parts(history, model).map((part) => ({
    part,
    search: undefined as Search | undefined,
  }))
  for (let budget = 1024; todo.length > 0 && budget < patience; budget *= 8) {
    const left: typeof todo = []
    for (const { part, search = searchOf(problem(part, model), rules) } of todo) {
      const outcome = search.run(budget)
      if (outcome === 'violation') return true
      if (outcome === 'undecided') left.push({ part, search })
    }
    todo = left
  }
  return todo.length === 0
}

const best = (rounds: number, work: () => boolean): { ms: number; complete: boolean } => {
  let ms = Number.POSITIVE_INFINITY
  let complete = true
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    complete = work()
    ms = Math.min(ms, performance.now() - start)
  }
  return { ms, complete }
}

/** A linearizable history of reads, writes and compare-and-sets of five values on one key. */
const register = (operations: number, concurrency: number): History => {
  let seed = 7
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const events: EventInput[] = []
  const open = new Map<
    number,
    { readonly f: string; readonly value: unknown; answer?: EventInput }
  >()
  let value: number | null = null
  const perform = (process: number, f: string, given: unknown): EventInput => {
    const answer = { process, f, type: 'ok' as const }
    if (f === 'read') return { ...answer, value }
    if (f === 'write') value = given as number
    else {
      const [from, to] = given as [number, number]
      if (value !== from) return { ...answer, type: 'fail', value: [from, to, value] }
      value = to
    }
    return { ...answer, value: given }
  }
  for (let completed = 0; completed < operations; ) {
    const process = random(concurrency)
    const pending = open.get(process)
    if (pending === undefined) {
      const f = ['read', 'write', 'cas'][random(3)]!
      const given = f === 'read' ? null : f === 'write' ? random(5) : [random(5), random(5)]
      events.push({ process, type: 'invoke', f, value: given })
      open.set(process, { f, value: given })
    } else if (pending.answer === undefined && random(2) === 0)
      pending.answer = perform(process, pending.f, pending.value)
    else {
      events.push(pending.answer ?? perform(process, pending.f, pending.value))
      open.delete(process)
      completed++
    }
  }
  return History.from(events)
}

const widths = [24, 11, 10, 10, 12, 10, 14, 11]
const print = (cells: readonly string[]): void =>
  console.log(
    cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(widths[i]!))).join(''),
  )

main()
