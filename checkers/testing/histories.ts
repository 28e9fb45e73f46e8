/**
 * For tests: histories written as one line an event, random small histories, and the definition of
 * linearizability carried out literally, to compare the search with.
 */
import fc from 'fast-check'
import { type EventInput, History, type Operation, type OpType } from '../history.ts'
import type { Model } from '../model.ts'

/**
 * A history from lines `PROCESS TYPE F[@KEY] [VALUE] [!ERROR]`, the value as JSON: `0 invoke write@x 1`.
 */
export const lines = (...text: readonly string[]): History =>
  History.from(
    text.map((line): EventInput => {
      const [, process, type, f, key, value, error] =
        /^(\d+) (\w+) ([\w-]+)(?:@(\S+))?(?: ([^!]+?))?(?: ?!(.*))?$/.exec(line)!
      return {
        process: Number(process),
        type: type as OpType,
        f: f!,
        value: value === undefined ? null : (JSON.parse(value) as unknown),
        ...(key === undefined ? {} : { key }),
        ...(error === undefined ? {} : { error }),
      }
    }),
  )

/** The events of some operations alone, named by the indexes of their invocations. */
export const only = (history: History, ops: readonly number[]): History =>
  History.from(
    [...history.operations()]
      .filter(({ invoke }) => ops.includes(invoke.index))
      .flatMap(({ invoke, completion }) =>
        completion === undefined ? [invoke] : [invoke, completion],
      )
      .sort((a, b) => a.index - b.index),
  )

/**
 * Whether some order of the operations respects real time and is allowed by the model: by trying all
 * of them, from the definition alone. For at most about 8 operations.
 */
export const bruteForce = <S, O>(history: History, model: Model<S, O>): boolean => {
  const byKey = new Map<unknown, Operation[]>()
  for (const operation of history.operations())
    byKey.set(operation.invoke.key, [...(byKey.get(operation.invoke.key) ?? []), operation])
  return [...byKey.values()].every((operations) => {
    const todo = operations.flatMap(({ invoke, completion, outcome }) => {
      const op = model.operation({
        process: invoke.process as number,
        f: invoke.f,
        value: invoke.value,
        outcome,
        result: completion?.value,
        error: completion?.error !== undefined,
      })
      const end = outcome === 'info' ? Number.POSITIVE_INFINITY : completion!.index
      return op === undefined ? [] : [{ op, start: invoke.index, end }]
    })
    return someOrder(model.init, todo, model)
  })
}

const someOrder = <S, O>(
  state: S,
  todo: readonly { readonly op: O; readonly start: number; readonly end: number }[],
  model: Model<S, O>,
): boolean => {
  if (todo.every(({ end }) => end === Number.POSITIVE_INFINITY)) return true
  const firstEnd = Math.min(...todo.map(({ end }) => end))
  return todo.some((next) => {
    if (next.start > firstEnd) return false
    const after = model.step(state, next.op)
    const rest = todo.filter((other) => other !== next)
    return after !== undefined && someOrder(after, rest, model)
  })
}

/** How operations of one data type are drawn, and what one that works right would answer. */
export interface Subject<S> {
  readonly model: Model
  readonly initial: S
  readonly call: fc.Arbitrary<{ readonly f: string; readonly value: unknown }>
  /** The state after the call, and how it completes. */
  readonly perform: (
    state: S,
    call: { readonly f: string; readonly value: unknown },
  ) => { readonly state: S; readonly type: 'ok' | 'fail'; readonly value: unknown }
  /** A wrong answer to the call. */
  readonly wrong: (call: { readonly f: string; readonly value: unknown }, pick: number) => unknown
}

/**
 * Random histories of up to `most` operations of three threads on one or two keys. An operation takes
 * effect at its invocation or its completion on a right object, so most histories are linearizable;
 * some answers are then made wrong, and some outcomes unknown.
 */
export const randomHistories = <S>(subject: Subject<S>, most: number): fc.Arbitrary<History> =>
  fc
    .array(
      fc.record({
        thread: fc.nat(2),
        call: subject.call,
        key: fc.nat(4),
        early: fc.boolean(),
        fate: fc.nat(19),
        pick: fc.nat(100),
      }),
      { minLength: 1, maxLength: most * 2 },
    )
    .map((steps) => History.from(play(subject, steps, most)))

interface Step {
  readonly thread: number
  readonly call: { readonly f: string; readonly value: unknown }
  readonly key: number
  readonly early: boolean
  readonly fate: number
  readonly pick: number
}

const play = <S>(subject: Subject<S>, steps: readonly Step[], most: number): EventInput[] => {
  const events: EventInput[] = []
  const states = new Map<string, S>()
  const processes = [0, 1, 2]
  const open = new Map<number, { step: Step; key: string; done?: ReturnType<typeof perform> }>()
  const perform = (step: Step, key: string) => {
    const result = subject.perform(states.get(key) ?? subject.initial, step.call)
    states.set(key, result.state)
    return result
  }
  let invoked = 0
  for (const step of steps) {
    const process = processes[step.thread]!
    const pending = open.get(step.thread)
    if (pending === undefined) {
      if (invoked++ >= most) continue
      const key = step.key === 0 ? 'y' : 'x'
      events.push({ process, type: 'invoke', key, ...step.call })
      const done = step.early ? perform(step, key) : undefined
      open.set(step.thread, { step, key, ...(done === undefined ? {} : { done }) })
      continue
    }
    open.delete(step.thread)
    const { call } = pending.step
    const shared = { process, key: pending.key, f: call.f }
    if (step.fate < 4) {
      if (step.fate < 2) pending.done ?? perform(pending.step, pending.key)
      if (step.fate === 3 && pending.done === undefined)
        events.push({ ...shared, type: 'fail', value: call.value, error: 'refused' })
      else {
        events.push({ ...shared, type: 'info', value: call.value, error: 'timeout' })
        processes[step.thread]! += 3
      }
      continue
    }
    const done = pending.done ?? perform(pending.step, pending.key)
    const value = step.fate < 8 ? subject.wrong(call, step.pick) : done.value
    events.push({ ...shared, type: done.type, value })
  }
  return events
}

/** A linearizable history of some threads on one register, every written value unique. */
export const longHistory = (seed: number, operations: number, threads = 5): History => {
  let random = seed
  const below = (most: number): number => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((random / 2 ** 32) * most)
  }
  const events: EventInput[] = []
  const open = new Map<number, { readonly f: string; readonly value: number | null }>()
  let value: number | null = null
  for (let invoked = 0; invoked < operations || open.size > 0; ) {
    const process = below(threads)
    const pending = open.get(process)
    if (pending !== undefined) {
      value = pending.value ?? value
      events.push({ process, type: 'ok', f: pending.f, value: pending.value ?? value })
      open.delete(process)
    } else if (invoked < operations) {
      const call =
        below(2) === 0 ? { f: 'read', value: null } : { f: 'write', value: ++invoked * 10 }
      if (call.value === null) invoked++
      events.push({ process, type: 'invoke', ...call })
      open.set(process, call)
    }
  }
  return History.from(events)
}
