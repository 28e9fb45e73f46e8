/**
 * Accounts between which money is moved, and never made or lost: `open` says which accounts there are and what each has,
 * `transfer` moves an amount, `read` completes with all balances. Every read that completed must show the same total
 * (`wrong-total`), balances of all accounts (`nil-balance`) and of no others (`unexpected-key`), and none below zero
 * (`negative-value`), unless that is allowed. Jepsen's `bank`, where the total is an option; a history without `open` has the total
 * that most reads show: where reads differ, some are wrong, whichever they are. O(reads · accounts).
 */
import type { Anomaly, Checker, CheckerPlugin, Verdict } from './checker.ts'
import { count, guarded, strange, verdictOf } from './guarded.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from './history.ts'
import type { Meter } from './limits.ts'
import { NotInModel } from './model.ts'

export interface BankOptions {
  /** Whether an account may be overdrawn; it may not unless given. */
  readonly negative?: 'allowed'
}

/** A checker of accounts with other options than the default ones. */
export const bankWith = (options: BankOptions): Checker =>
  guarded('bank', (history, meter) => judge(history, meter, options))

/** A checker of accounts none of which may be overdrawn. */
export const bank: Checker = bankWith({})

export default {
  summary: 'transfers between accounts: every read shows the same total',
  check: bank,
} satisfies CheckerPlugin

interface Read {
  /** Position of the invocation. */
  readonly position: number
  readonly balances: ReadonlyMap<string, number | null>
  readonly total: number
}

/** A read that is wrong, the words for it, and how wrong it is. */
interface Wrong {
  readonly read: Read
  readonly words: string
  readonly badness: number
}

const judge = (history: History, meter: Meter, { negative }: BankOptions): Verdict => {
  const reads = readsOf(history, meter)
  const opened = openedIn(history)
  const total = opened === undefined ? usual(reads) : sum(opened)
  const wrong = {
    'unexpected-key': reads.flatMap((read) => unexpected(read, opened)),
    'nil-balance': reads.flatMap(missing),
    'wrong-total': reads.flatMap((read) => unequal(read, total)),
    'negative-value': negative === 'allowed' ? [] : reads.flatMap(overdrawn),
  }
  const anomalies = Object.entries(wrong).map(([type, all]) =>
    tell(history, type, all, reads.length),
  )
  const counts = Object.entries(wrong).map(([type, all]) => [type, all.length] as const)
  return verdictOf(anomalies, [reads.length === 0 ? 'no read completed' : undefined], {
    reads: reads.length,
    ...(total === undefined ? {} : { total }),
    ...Object.fromEntries(counts.filter(([, found]) => found > 0)),
  })
}

const readsOf = (history: History, meter: Meter): readonly Read[] => {
  const { type, process, partner, f } = history.columns
  const reads: Read[] = []
  for (let position = 0; position < history.length; position++) {
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    meter.step()
    const name = history.fs[f[position]!]!
    if (name !== 'read' && name !== 'transfer' && name !== 'open')
      throw strange(history, position, '"read", "transfer" or "open"')
    const completion = partner[position]!
    if (name !== 'read' || completion === NONE || type[completion] !== OK) continue
    const balances = balancesAt(history, completion)
    reads.push({ position, balances, total: sum(balances) })
  }
  return reads
}

/** What the first `open` that may have happened says; undefined where there is none. */
const openedIn = (history: History): ReadonlyMap<string, number | null> | undefined => {
  const { type, partner, f } = history.columns
  for (let position = 0; position < history.length; position++) {
    if (type[position] !== INVOKE || history.fs[f[position]!] !== 'open') continue
    const completion = partner[position]!
    if (completion === NONE || type[completion] !== FAIL) return balancesAt(history, position)
  }
  return undefined
}

const balancesAt = (history: History, position: number): ReadonlyMap<string, number | null> => {
  const value = history.columns.value.at(position)
  const named = typeof value === 'object' && value !== null && !Array.isArray(value)
  const entries = named ? Object.entries(value) : undefined
  if (entries?.every(([, balance]) => balance === null || typeof balance === 'number'))
    return new Map(entries as [string, number | null][])
  const { index } = history.columns
  throw new NotInModel(
    `operation ${index[position]}: value ${JSON.stringify(value)}: expected balances by account`,
  )
}

const sum = (balances: ReadonlyMap<string, number | null>): number => {
  let total = 0
  for (const balance of balances.values()) total += balance ?? 0
  return total
}

/** The total that most reads show, of several the one that was shown first. */
const usual = (reads: readonly Read[]): number | undefined => {
  const shown = new Map<number, number>()
  for (const { total } of reads) shown.set(total, (shown.get(total) ?? 0) + 1)
  return [...shown].reduce<readonly [number, number] | undefined>(
    (best, one) => (best === undefined || one[1] > best[1] ? one : best),
    undefined,
  )?.[0]
}

const unexpected = (
  read: Read,
  opened: ReadonlyMap<string, number | null> | undefined,
): readonly Wrong[] => {
  const names = [...read.balances.keys()].filter((name) => opened?.has(name) === false)
  const words = `shows ${count(names.length, 'account')} that nobody opened: ${names.join(', ')}`
  return names.length === 0 ? [] : [{ read, words, badness: names.length }]
}

const missing = (read: Read): readonly Wrong[] => {
  const names = [...read.balances].flatMap(([name, balance]) => (balance === null ? [name] : []))
  const words = `shows no balance of ${names.join(', ')}`
  return names.length === 0 ? [] : [{ read, words, badness: names.length }]
}

const unequal = (read: Read, total: number | undefined): readonly Wrong[] => {
  if (total === undefined || read.total === total) return []
  const words = `shows a total of ${read.total} where it must be ${total}`
  return [{ read, words, badness: Math.abs(read.total - total) }]
}

const overdrawn = (read: Read): readonly Wrong[] => {
  const below = [...read.balances].filter(([, balance]) => balance !== null && balance < 0)
  const words = `shows ${below.map(([name, balance]) => `${balance} on ${name}`).join(', ')}`
  const badness = below.reduce((worst, [, balance]) => worst - balance!, 0)
  return below.length === 0 ? [] : [{ read, words, badness }]
}

/** The worst of the reads that are wrong in one way; of several the first. */
const tell = (
  history: History,
  type: string,
  all: readonly Wrong[],
  reads: number,
): Anomaly | undefined => {
  const [first, ...others] = all
  if (first === undefined) return undefined
  const worst = others.reduce((best, one) => (one.badness > best.badness ? one : best), first)
  const { position } = worst.read
  const index = history.columns.index[position]!
  return {
    type,
    summary:
      `the read of process ${history.columns.process[position]} (operation ${index}, ${history.moment(position)}) ` +
      `${worst.words}: the worst of ${count(all.length, 'such read')} among ${reads}`,
    ops: [index],
  }
}
