/**
 * Transfers between accounts while others read all balances: money is moved, never made or lost, so every read shows the same
 * total (Jepsen's `bank`). Transfers are what applications do, and read skew or a lost update shows as a sum that is wrong.
 */
import { bank } from '../checkers/bank.ts'
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import {
  iterate,
  once,
  phases,
  repeat,
  type Stream,
  stream,
  untilOk,
} from '../harness/generators/index.ts'

/** Balances by account. */
export type Balances = Readonly<Record<string, number | null>>

export type BankCall =
  /** Opens these accounts with these balances, in one transaction; a second time it changes nothing. */
  | { readonly f: 'open'; readonly value: Balances }
  /** In one transaction; certainly fails where `from` has less than `amount`. */
  | {
      readonly f: 'transfer'
      readonly value: { readonly from: string; readonly to: string; readonly amount: number }
    }
  /** Invoked with null; completes with all balances, read in one transaction. */
  | { readonly f: 'read'; readonly value: Balances | null }

const read: BankCall = { f: 'read', value: null }

export default {
  summary: 'transfers between accounts: does every read show the same total?',
  client: 'bank',
  safe: ['read'],
  options: {
    accounts: { summary: 'how many accounts there are', default: '8', drawn: ['3', '8'] },
    balance: { summary: 'what each account has in the beginning', default: '10' },
    'max-transfer': { summary: 'how much is transferred at most', default: '5' },
  },
  plan({ random, options }) {
    const accounts = Array.from(
      { length: Math.max(2, Number(options.accounts)) },
      (_, n) => `a${n + 1}`,
    )
    const balance = Number(options.balance)
    const open: BankCall = {
      f: 'open',
      value: Object.fromEntries(accounts.map((account) => [account, balance])),
    }
    const most = Math.max(1, Number(options['max-transfer']))
    return {
      generator: phases(
        untilOk(repeat(open)),
        calls(stream(random.fork('bank').seed), accounts, most),
      ),
      final: once(read),
      checkers: { bank, stats: stats({ needs: ['transfer', 'read'] }) },
    }
  },
} satisfies Workload<BankCall>

/** Half reads, half transfers between two different accounts. */
const calls = (chance: Stream, accounts: readonly string[], most: number) =>
  iterate<Stream, BankCall>(chance, (now) => {
    const [kind, afterKind] = now.int(0, 1)
    if (kind === 0) return [read, afterKind]
    const [from, afterFrom] = afterKind.int(0, accounts.length - 1)
    const [step, afterStep] = afterFrom.int(1, accounts.length - 1)
    const [amount, rest] = afterStep.int(1, most)
    const to = accounts[(from + step) % accounts.length]!
    return [{ f: 'transfer', value: { from: accounts[from]!, to, amount } }, rest]
  })
