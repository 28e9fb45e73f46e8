/** The workloads of transactions on stores in memory: one that does one transaction after the other, and ones that do not. */
import { describe, expect, test } from 'vitest'
import { unlimited, type Verdict } from '../checkers/checker.ts'
import { typesOf } from '../checkers/testing/verdicts.ts'
import { type Call, DefiniteError, type Workload } from '../harness/api.ts'
import { seconds } from '../harness/clock.ts'
import { phases, stagger, stream, timeLimit } from '../harness/generators/index.ts'
import { random } from '../harness/random.ts'
import { simulate } from '../harness/testing/simulate.ts'
import bank, { type Balances } from './bank.ts'
import causalReverse from './causal-reverse.ts'
import dirtyRead from './dirty-read.ts'
import listAppend from './list-append.ts'
import longFork from './long-fork.ts'
import monotonic from './monotonic.ts'
import predicate from './predicate.ts'
import rwRegister from './rw-register.ts'
import writeSkew from './write-skew.ts'

type Operation = readonly [kind: string, key: number, value: unknown]

/** Which transactions, by the order in which they committed, a read of a key sees. */
type Sees = (commit: number, now: number, key: number, nth: number) => boolean

const all: Sees = () => true
/** Not the last two, as if they were still running. */
const late: Sees = (commit, now) => commit < now - 2

/** Transactions on lists or registers: nothing is refused. */
const store = (sees: Sees, type: 'lists' | 'registers' = 'registers') => {
  const log: (readonly Operation[])[] = []
  return (call: Call, nth: number): readonly Operation[] => {
    const done: Operation[] = []
    for (const [kind, key, value] of call.value as readonly Operation[]) {
      const seen = log.filter((_, commit) => sees(commit, log.length, key, nth))
      const writes = [...seen, done].flat().filter(([f, other]) => f !== 'r' && other === key)
      const values = writes.map((write) => write[2])
      done.push(
        kind === 'r'
          ? [kind, key, type === 'lists' ? values : (values.at(-1) ?? null)]
          : [kind, key, value],
      )
    }
    log.push(done)
    return done
  }
}

/** Accounts: a transfer may compute with balances that were read before the last ones. */
const accounts = (careless: boolean) => {
  let now: Record<string, number> = {}
  let before = now
  return ({ f, value }: Call): unknown => {
    if (f === 'read') return { ...now }
    const seen = careless ? before : now
    before = { ...now }
    if (f === 'open') now = { ...(value as Record<string, number>), ...now }
    else {
      const { from, to, amount } = value as { from: string; to: string; amount: number }
      if (seen[from]! < amount) throw new DefiniteError('too little')
      now = { ...now, [from]: seen[from]! - amount, [to]: seen[to]! + amount }
    }
    return value as Balances
  }
}

/** Rows by key, found or not yet. */
const rows = (blind: boolean) => {
  const found = new Map<unknown, number[]>()
  return ({ f, key, value }: Call): unknown => {
    const own = found.get(key) ?? []
    if (f === 'scan') return [blind ? [] : own, own]
    if (own.length > 0 && !blind) throw new DefiniteError('there is a row')
    found.set(key, [...own, (value as { row: number }).row])
    return value
  }
}

interface Judged {
  readonly workload: Workload
  readonly serve: (call: Call, nth: number) => unknown
  readonly claimed?: string
  readonly options?: Readonly<Record<string, string>>
}

/** A second of a workload on a store that is called one call after the other. */
const verdictOf = async (name: string, asked: Judged): Promise<Verdict> => {
  const { workload, serve, claimed = 'strict-serializable', options = {} } = asked
  const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default])
  const plan = workload.plan({
    random: random(1),
    threads: 3,
    options: { ...Object.fromEntries(defaults), ...options },
    claimed,
  })
  const paced = stagger(seconds(0.005), stream(5), plan.generator)
  const main = timeLimit(seconds(1), paced)
  const history = await simulate<Call>({
    threads: 3,
    generator: plan.final === undefined ? main : phases(main, plan.final),
    invoke: (call, _, nth) => {
      try {
        return { afterMs: 3, value: serve(call, nth) }
      } catch (error) {
        return { afterMs: 3, throws: error as Error }
      }
    },
  })
  expect(plan.checkers.stats!(history, unlimited).valid).toBe(true)
  return plan.checkers[name]!(history, unlimited)
}

/** Rows of even keys are late, for readers of every other transaction those of odd ones. */
const forked: Sees = (commit, now, key, nth) => commit < now - 8 || key % 2 === nth % 2
const everyOther: Sees = (commit, now, _, nth) => nth % 2 === 0 || commit < now - 5

const workloads: readonly (readonly [
  string,
  Workload,
  (wrong: boolean) => Judged['serve'],
  string,
])[] = [
  ['list-append', listAppend, (wrong) => store(wrong ? late : all, 'lists'), 'G-single-item'],
  ['rw-register', rwRegister, (wrong) => store(wrong ? forked : all), 'G-single-item'],
  ['bank', bank, accounts, 'wrong-total'],
  ['long-fork', longFork, (wrong) => store(wrong ? forked : all), 'long-fork'],
  ['write-skew', writeSkew, (wrong) => store(wrong ? late : all), 'write-skew'],
  ['dirty-read', dirtyRead, (wrong) => store(wrong ? forked : all), 'inconsistent-read'],
  ['causal-reverse', causalReverse, (wrong) => store(wrong ? forked : all), 'causal-reverse'],
  [
    'monotonic',
    monotonic,
    (wrong) => store(wrong ? everyOther : all, 'lists'),
    'non-monotonic-read',
  ],
  ['predicate', predicate, rows, 'G2'],
]

describe.each(workloads)('%s', (name, workload, serve, type) => {
  test('is valid on a store that does one transaction after the other', async () => {
    expect((await verdictOf(name, { workload, serve: serve(false) })).valid).toBe(true)
  })

  test(`finds ${type} on one that does not`, async () => {
    const found = typesOf(await verdictOf(name, { workload, serve: serve(true) }))
    expect(found.some((one) => one.startsWith(type))).toBe(true)
  })
})

describe('the level that is judged', () => {
  const workload = listAppend
  /** Who only reads sees what was there a while ago: serializable, and no more. */
  const serve = () => {
    const serveAll = store((commit, now, _, nth) => nth < 0 || commit < now - 5, 'lists')
    return (call: Call, nth: number) => {
      const writes = (call.value as readonly Operation[]).some(([kind]) => kind !== 'r')
      return serveAll(call, writes ? -1 : nth)
    }
  }

  test.each([
    ['strict-serializable', false],
    ['linearizable', false],
    ['serializable', true],
    ['best-effort', true],
  ])('is what the system claims: %s', async (claimed, valid) => {
    const verdict = await verdictOf('list-append', { workload, serve: serve(), claimed })
    expect(verdict.valid).toBe(valid)
  })

  test('may be another one', async () => {
    const options = { level: 'strict-serializable' }
    const asked = { workload, serve: serve(), claimed: 'serializable', options }
    expect((await verdictOf('list-append', asked)).valid).toBe(false)
  })
})
