/**
 * Transactions on lists, a key each, as etcd's client library makes them for software transactional memory: one etcd
 * transaction reads all lists at one revision, and a second one writes those that were appended to, if none of those that
 * were read has changed since. A transaction that only reads needs no second.
 */
import { type Client, type ClientContext, DefiniteError } from '../../harness/api.ts'
import type { ListAppendCall, ListAppendOperation } from '../../workloads/list-append.ts'
import { Session } from './clients.ts'
import { decode, encode, type RangeReply, type TxnReply } from './gateway.ts'

export const openListAppend = async (context: ClientContext): Promise<Client<ListAppendCall>> => {
  const session = new Session(context)
  return {
    invoke: (call, signal) => session.settle(() => listAppend(session, call, signal)),
    close: () => session.close(),
  }
}

const listAppend = async (
  session: Session,
  { value }: ListAppendCall,
  signal: AbortSignal,
): Promise<ListAppendCall['value']> => {
  const lists = new Set(value.map(([, list]) => list))
  const before = await readAll(session, [...lists], signal)
  const now = new Map([...before].map(([list, { elements }]) => [list, elements]))
  const seen = value.map((operation): ListAppendOperation => {
    const [kind, list, element] = operation
    if (kind === 'r') return ['r', list, now.get(list)!]
    now.set(list, [...now.get(list)!, element])
    return operation
  })
  const written = new Set(value.flatMap(([kind, list]) => (kind === 'append' ? [list] : [])))
  if (written.size === 0) return seen
  const request = {
    compare: [...before].map(([list, { revision }]) => ({
      key: keyOf(list),
      target: 'MOD',
      result: 'EQUAL',
      mod_revision: revision,
    })),
    success: [...written].map((list) => ({
      requestPut: { key: keyOf(list), value: encode(now.get(list)!.join()) },
    })),
  }
  const { succeeded } = await session.txn(request, signal)
  if (succeeded !== true) throw new DefiniteError('a list has changed since it was read')
  return seen
}

interface Version {
  readonly elements: readonly number[]
  /** Of its last change; 0: it does not exist. */
  readonly revision: string
}

/** All lists at one revision. @throws DefiniteError: nothing is written yet */
const readAll = async (
  session: Session,
  lists: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Version>> => {
  let reply: TxnReply
  try {
    reply = await session.ranges(lists.map(keyOf), signal)
  } catch (error) {
    throw new DefiniteError(error instanceof Error ? error.message : String(error))
  }
  return new Map(lists.map((list, at) => [list, versionIn(reply.responses?.[at]?.response_range)]))
}

export const versionIn = (reply: RangeReply | undefined): Version => {
  if (reply === undefined) throw new Error('the answer lacks a range that was asked for')
  const [pair] = reply.kvs ?? []
  if (pair === undefined) return { elements: [], revision: '0' }
  return {
    elements: decode(pair.value ?? '')
      .split(',')
      .map(Number),
    revision: pair.mod_revision!,
  }
}

const keyOf = (list: number): string => encode(`list/${list}`)
