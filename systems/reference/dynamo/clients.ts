/** Clients of the quorum store: each speaks to one node, and never asks twice. */
import type { Body, Client, ClientContext, Json } from '../../../harness/api.ts'
import type { ReadWriteCall } from '../../../workloads/read-write.ts'
import type { RemovableSetCall } from '../../../workloads/removable-set.ts'
import type { SetCall } from '../../../workloads/set.ts'
import { Connection } from '../connection.ts'

/** A set is spread over many carts, each an object of its own, in a few partitions. */
const CARTS = { partitions: 6, each: 16 }
/** The partition in which each element of the removable set is a cell. */
const CELLS = 'cells/0'

export const openReadWrite = async (context: ClientContext): Promise<Client<ReadWriteCall>> => {
  const connection = new Connection(context)
  return {
    invoke: async ({ f, key, value }, signal) => {
      const name = `register/${key}`
      if (f === 'write') {
        await connection.request({ type: 'write', key: name, value }, signal)
        return value
      }
      const values = valuesIn(await connection.request({ type: 'read', key: name }, signal))
      return (values[name] ?? null) as number | null
    },
    close: () => connection.close(),
  }
}

export const openSet = async (context: ClientContext): Promise<Client<SetCall>> => {
  const connection = new Connection(context)
  const read = async (signal: AbortSignal): Promise<readonly number[]> => {
    const carts = Array.from({ length: CARTS.partitions }, (_, partition) =>
      connection.request({ type: 'read', key: `cart/${partition}` }, signal),
    )
    const values = (await Promise.all(carts)).flatMap((body) => Object.values(valuesIn(body)))
    return values.flat() as readonly number[]
  }
  return {
    invoke: async (call, signal) => {
      if (call.f === 'read') return read(signal)
      const key = cartOf(call.value)
      await connection.request({ type: 'add', key, value: call.value }, signal)
      return call.value
    },
    close: () => connection.close(),
  }
}

export const openRemovableSet = async (
  context: ClientContext,
): Promise<Client<RemovableSetCall>> => {
  const connection = new Connection(context)
  return {
    invoke: async (call, signal) => {
      if (call.f === 'read') {
        const body = await connection.request({ type: 'read', key: CELLS }, signal)
        return Object.values(valuesIn(body)) as readonly number[]
      }
      const value = call.f === 'add' ? call.value : null
      await connection.request({ type: 'write', key: `${CELLS}/${call.value}`, value }, signal)
      return call.value
    },
    close: () => connection.close(),
  }
}

const cartOf = (element: number): string => {
  const partition = element % CARTS.partitions
  return `cart/${partition}/${Math.floor(element / CARTS.partitions) % CARTS.each}`
}

const valuesIn = ({ values }: Body): Readonly<Record<string, Json>> =>
  values as Readonly<Record<string, Json>>
