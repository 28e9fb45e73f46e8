/**
 * What the workloads' calls are as transactions on keys: lists and registers are a key each, rows lie in partitions. What is changed is
 * read first, as applications do it, and it is left to the system that nobody else has changed it meanwhile.
 */
import { type Call, DefiniteError, type Json, Refused } from '../../../harness/api.ts'
import type { BankCall } from '../../../workloads/bank.ts'
import type { ListAppendCall, ListAppendOperation } from '../../../workloads/list-append.ts'
import type { PredicateCall } from '../../../workloads/predicate.ts'
import type { RegisterCall } from '../../../workloads/register.ts'
import type { RwRegisterCall, RwRegisterOperation } from '../../../workloads/rw-register.ts'
import type { SetCall } from '../../../workloads/set.ts'
import type { Transaction } from './client.ts'
import type { Access } from './messages.ts'

/** What a data type does with one call. */
export interface Operation<C extends Call> {
  readonly access: (call: C) => Access
  /** @throws DefiniteError when the call must not happen */
  readonly work: (transaction: Transaction, call: C) => Promise<C['value']>
}

export const listAppend: Operation<ListAppendCall> = {
  access: ({ value }) => accessOf(value),
  work: async (transaction, { value }) => {
    const seen: ListAppendOperation[] = []
    for (const operation of value) {
      const [kind, list, element] = operation
      const key = `list/${list}`
      const elements = ((await transaction.read(key))[0] ?? []) as readonly number[]
      if (kind === 'append') transaction.write(key, [...elements, element])
      seen.push(kind === 'append' ? operation : ['r', list, elements])
    }
    return seen
  },
}

export const rwRegister: Operation<RwRegisterCall> = {
  access: ({ value }) => accessOf(value),
  work: async (transaction, { value }) => {
    const seen: RwRegisterOperation[] = []
    for (const operation of value) {
      const [kind, register, wanted] = operation
      const key = `rw-register/${register}`
      if (kind === 'w') {
        transaction.write(key, wanted)
        seen.push(operation)
      } else {
        const [saw] = await transaction.read(key)
        seen.push(['r', register, saw as number | null])
      }
    }
    return seen
  },
}

export const bank: Operation<BankCall> = {
  access: ({ f }) => (f === 'read' ? 'read-only' : 'read-write'),
  work: async (transaction, call) => {
    switch (call.f) {
      case 'open':
        await openAccounts(transaction, Object.entries(call.value))
        return call.value
      case 'read':
        return balances(transaction)
      case 'transfer':
        await transfer(transaction, call.value)
        return call.value
    }
  },
}

export const predicate: Operation<PredicateCall> = {
  access: ({ f }) => (f === 'scan' ? 'read-only' : 'read-write'),
  work: async (transaction, call) => {
    if (call.f === 'scan') return [await rowsOf(transaction, call), await rowsOf(transaction, call)]
    const [found] = await rowsOf(transaction, call)
    if (found !== undefined) throw new DefiniteError(`there is row ${found} already`)
    const { table, row } = call.value
    transaction.write(`rows-${table}/${call.key}:${row}`, row)
    return call.value
  },
}

/** Registers one at a time: every call is a transaction of its own. */
export const register: Operation<RegisterCall> = {
  access: ({ f }) => (f === 'read' ? 'read-only' : 'read-write'),
  work: async (transaction, call) => {
    const key = `register/${call.key}`
    if (call.f === 'write') {
      transaction.write(key, call.value)
      return call.value
    }
    const saw = (await transaction.read(key))[0] as number | null
    if (call.f === 'read') return saw
    const [from, to] = call.value
    if (saw !== from) throw new Refused([from, to, saw])
    transaction.write(key, to)
    return [from, to]
  },
}

export const set: Operation<SetCall> = {
  access: ({ f }) => (f === 'read' ? 'read-only' : 'read-write'),
  work: async (transaction, call) => {
    if (call.f === 'read') return [...(await transaction.scan('set')).values()] as number[]
    transaction.write(`set:${call.value}`, call.value)
    return call.value
  },
}

const accessOf = (operations: readonly (readonly [kind: string, ...unknown[]])[]): Access =>
  operations.every(([kind]) => kind === 'r') ? 'read-only' : 'read-write'

/** Which accounts there are is a row of its own each; what they hold is spread over all nodes. */
const ACCOUNTS = 'accounts'
const balanceKey = (account: string): string => `balance/${account}`

const openAccounts = async (
  transaction: Transaction,
  accounts: readonly (readonly [string, number | null])[],
): Promise<void> => {
  const known = await transaction.scan(ACCOUNTS)
  for (const [account, balance] of accounts) {
    const row = `${ACCOUNTS}:${account}`
    if (known.has(row)) continue
    transaction.write(row, account)
    transaction.write(balanceKey(account), balance)
  }
}

const balances = async (transaction: Transaction): Promise<Readonly<Record<string, number>>> => {
  const accounts = [...(await transaction.scan(ACCOUNTS)).values()] as string[]
  const values = await transaction.read(...accounts.map(balanceKey))
  return Object.fromEntries(accounts.map((account, place) => [account, values[place] as number]))
}

const transfer = async (
  transaction: Transaction,
  { from, to, amount }: Extract<BankCall, { readonly f: 'transfer' }>['value'],
): Promise<void> => {
  const [has, other] = (await transaction.read(balanceKey(from), balanceKey(to))) as (
    | number
    | null
  )[]
  if (typeof has !== 'number' || typeof other !== 'number')
    throw new DefiniteError(`there is no account ${from} or ${to}`)
  if (has < amount) throw new DefiniteError(`${from} has ${has}, less than ${amount}`)
  transaction.write(balanceKey(from), has - amount)
  transaction.write(balanceKey(to), other + amount)
}

const rowsOf = async (
  transaction: Transaction,
  { key }: PredicateCall,
): Promise<readonly number[]> => {
  const tables: readonly ReadonlyMap<string, Json>[] = [
    await transaction.scan(`rows-a/${key}`),
    await transaction.scan(`rows-b/${key}`),
  ]
  return tables.flatMap((rows) => [...rows.values()] as number[])
}
