/**
 * For tests: the definition of sequential consistency (Lamport 1979) carried out literally, by trying all
 * interleavings of what the processes did.
 */
import type { History, Operation } from '../history.ts'
import type { Model } from '../model.ts'

interface Op<O> {
  readonly op: O
  readonly object: unknown
  readonly optional: boolean
}

/**
 * Whether some order of all operations of all keys keeps the order of each process and is allowed by the
 * model, an indeterminate operation being done after the others of its process or not at all. For
 * at most about 10 operations.
 */
export const sequentialByForce = <S, O>(history: History, model: Model<S, O>): boolean => {
  const processes = new Map<unknown, Op<O>[]>()
  for (const operation of history.operations()) {
    const op = read(operation, model)
    if (op === undefined) continue
    const { process, key } = operation.invoke
    const object = model.partition === undefined ? 'all' : (model.partition(op, key) ?? 'none')
    const own = processes.get(process) ?? []
    processes.set(process, [...own, { op, object, optional: operation.outcome === 'info' }])
  }
  return someInterleaving(new Map(), [...processes.values()], model)
}

const read = <S, O>(operation: Operation, model: Model<S, O>): O | undefined =>
  model.operation({
    process: operation.invoke.process as number,
    f: operation.invoke.f,
    value: operation.invoke.value,
    outcome: operation.outcome,
    result: operation.completion?.value,
    error: operation.completion?.error !== undefined,
  })

const someInterleaving = <S, O>(
  states: ReadonlyMap<unknown, S>,
  processes: readonly (readonly Op<O>[])[],
  model: Model<S, O>,
): boolean => {
  if (processes.every((own) => own.every(({ optional }) => optional))) return true
  return processes.some((own, number) => {
    const [next, ...rest] = own
    if (next === undefined) return false
    const state = states.has(next.object) ? states.get(next.object)! : model.init
    const after = model.step(state as S, next.op)
    if (after === undefined) return false
    const others = processes.with(number, rest)
    return someInterleaving(new Map(states).set(next.object, after), others, model)
  })
}
