/**
 * For tests: the definitions of k-atomicity and Δ-atomicity carried out literally on the operations of one
 * register, by trying all orders.
 */
import type { History } from '../history.ts'

interface Op {
  readonly write: boolean
  readonly value: unknown
  readonly start: number
  /** Infinity when it may have happened at any time after its start, or never. */
  readonly end: number
}

/**
 * Whether some order respects real time and lets every read return one of the last k values.
 * @param early how much earlier, in nanoseconds, reads are taken to have been invoked; without it the places
 * of the events stand for their times
 */
export const staleByForce = (history: History, k: number, early?: number): boolean => {
  const at = (event: { readonly index: number; readonly time: number }): number =>
    early === undefined ? event.index : event.time
  const ops = [...history.operations()].flatMap(({ invoke, completion, outcome }): Op[] => {
    const write = invoke.f === 'write'
    if (outcome === 'fail' || (!write && outcome !== 'ok')) return []
    const end = outcome === 'info' ? Number.POSITIVE_INFINITY : at(completion!)
    const start = at(invoke) - (write ? 0 : (early ?? 0))
    return [{ write, value: write ? invoke.value : completion!.value, start, end }]
  })
  return someOrder([null], ops, k)
}

const someOrder = (last: readonly unknown[], todo: readonly Op[], k: number): boolean => {
  if (todo.every(({ end }) => end === Number.POSITIVE_INFINITY)) return true
  const firstEnd = Math.min(...todo.map(({ end }) => end))
  return todo.some((next) => {
    if (next.start > firstEnd) return false
    if (!next.write && !last.includes(next.value)) return false
    const after = next.write ? [next.value, ...last].slice(0, k) : last
    const rest = todo.filter((other) => other !== next)
    return someOrder(after, rest, k)
  })
}
