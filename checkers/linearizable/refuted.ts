/**
 * The proof of what refuter.ts found: what the observer saw was last installed by one operation, and
 * another one shows that it was gone. These two or three are the proof where they rest on nothing
 * else. Where they do (what shows the other value only read it, or came by compare-and-set), one
 * install of what each of them saw is added, if the observer is then still what makes the difference.
 * Otherwise the whole history of the key up to the observer is taken, and shrunk.
 */
import type { Anomaly, Limits } from '../checker.ts'
import { NONE } from '../history.ts'
import type { Model } from '../model.ts'
import { keyName, type Registers } from '../registers/registers.ts'
import { NEVER, partAt } from './part.ts'
import { type Problem, problem, searchOf, subproblem } from './problem.ts'
import { tell } from './proof.ts'
import type { Refutation } from './refuter.ts'
import { shrink } from './shrink.ts'

/** How many operations a proof made up of reasons may have, and one that was shrunk. */
const MOST_WITH_REASONS = 8
const MOST_SHRUNK = 64
/** Configurations for the search of so few operations. */
const PATIENCE = 10_000
/** How many operations are looked through for an install. */
const REACH = 10_000

/** The proof that a key is not linearizable; `whole` gives the problem of the key. */
export const refuted = <S, O>(
  registers: Registers,
  refutation: Refutation,
  whole: () => Problem<S, O>,
  model: Model<S, O>,
  limits: Limits,
): Anomaly => {
  const { history, key, start, end, observed, versions } = registers
  const { observer, install } = refutation
  const between = plainest(registers, refutation)
  const name = keyName(registers, key[observer]!)
  const all = withReasons(registers, new Set([observer, between, install]))
  const positions = [...all].map((op) => start[op]!).sort((a, b) => a - b)
  const small = problem(partAt(history, model, name, positions), model)
  if (!isMinimal(small, start[observer]!)) {
    const full = whole()
    const { part } = full
    const deepest = part.returns.findIndex((number) => part.end[number] === end[observer])
    const kept = shrink(full, { deepest, configurations: part.ops.length }, limits)
    if (kept.length <= MOST_SHRUNK)
      return tell(
        history,
        model,
        name,
        Array.from(kept, (number) => part.start[number]!),
      )
  }
  // For the value of the observer all installs have been looked at, for others some.
  const elsewhere = new Set<number>()
  for (const op of all) if (observed[op] !== NONE) elsewhere.add(observed[op]!)
  elsewhere.delete(observed[observer]!)
  const values = new Set([...elsewhere].map((version) => versions.value(version)))
  return tell(history, model, name, positions, values)
}

/** Whether the operations violate, and not without the observer. */
const isMinimal = <S, O>(small: Problem<S, O>, observer: number): boolean => {
  const rest = small.part.ops.flatMap((_, number) =>
    small.part.start[number] === observer ? [] : [number],
  )
  return (
    searchOf(small).run(PATIENCE) === 'violation' &&
    (rest.length === 0 || searchOf(subproblem(small, rest)).run(PATIENCE) === 'linearizable')
  )
}

/** A write that shows the value to be gone, for it rests on nothing; what was found, where none is near. */
const plainest = (registers: Registers, { observer, between, install }: Refutation): number => {
  const { key, start, end, observed, installed } = registers
  if (between === NONE || observed[between] === NONE) return between
  const after = install === NONE ? -1 : end[install]!
  const least = Math.max(0, observer - REACH)
  for (let op = observer - 1; op >= least && start[op]! > after; op--)
    if (key[op] === key[observer] && end[op]! < start[observer]!)
      if (observed[op] === NONE && installed[op] !== NONE && installed[op] !== observed[observer])
        return op
  return between
}

/** With an install of what each operation saw, as far as they are near. */
const withReasons = (registers: Registers, core: Set<number>): ReadonlySet<number> => {
  const { end, observed, installed, versions } = registers
  const all = new Set([...core].filter((op) => op !== NONE))
  const [observer] = all
  // A set visits what is added while it is gone through.
  for (const op of all) {
    const version = observed[op]!
    if (op === observer || version === NONE || version < versions.keys) continue
    const isThere = [...all].some(
      (other) => other !== op && installed[other] === version && registers.start[other]! < end[op]!,
    )
    const reason = isThere ? NONE : installBefore(registers, op, version)
    if (reason !== NONE && all.size < MOST_WITH_REASONS) all.add(reason)
  }
  return all
}

/** The nearest write of a version that began before an operation ended, or else a compare-and-set. */
const installBefore = (
  { size, start, end, observed, installed }: Registers,
  op: number,
  version: number,
): number => {
  let at = op + 1
  while (at < size && at < op + REACH && end[op] !== NEVER && start[at]! < end[op]!) at++
  let found = NONE
  for (const least = Math.max(0, op - REACH); --at >= least; ) {
    if (installed[at] !== version || at === op) continue
    if (observed[at] === NONE) return at
    if (found === NONE && observed[at] !== version) found = at
  }
  return found
}
