/** For tests: random small histories of registers in which reads return anything that anyone writes. */
import fc from 'fast-check'
import { type EventInput, History } from '../history.ts'

export interface Shape {
  readonly operations: number
  /** Whether every write has a value of its own. */
  readonly unique: boolean
  /** Of twenty operations, how many are indeterminate. */
  readonly indeterminate: number
}

const f = fc.constantFrom('read', 'read', 'read', 'read', 'write', 'write', 'cas')

export const weakHistories = (shape: Shape): fc.Arbitrary<History> =>
  fc
    .array(
      fc.record({ session: fc.nat(2), key: fc.nat(2), f, pick: fc.nat(1000), fate: fc.nat(19) }),
      { minLength: 2, maxLength: shape.operations },
    )
    .map((steps) => History.from(play(steps, shape)))

interface Step {
  readonly session: number
  readonly key: number
  readonly f: string
  readonly pick: number
  readonly fate: number
}

const play = (steps: readonly Step[], { unique, indeterminate }: Shape): EventInput[] => {
  const keyOf = ({ key }: Step): string => (key === 0 ? 'y' : 'x')
  const newValue = (at: number): number => (unique ? at + 1 : (steps[at]!.pick % 2) + 1)
  const written = (key: string, until: number): (number | null)[] =>
    steps
      .slice(0, until)
      .flatMap((step, at) => (step.f !== 'read' && keyOf(step) === key ? [newValue(at)] : []))
  const processes = [0, 1, 2]
  return steps.flatMap((step, at): EventInput[] => {
    const key = keyOf(step)
    // A few read from the future, the initial value late, or a value from nowhere.
    const past = written(key, step.pick % 10 === 0 ? steps.length : at)
    const seen = past.length === 0 || step.pick % 7 === 0 ? [null, ...past] : past
    const drawn = step.pick >= 995 ? 99 : seen[step.pick % seen.length]!
    // Where values are unique, no compare-and-set is from a value to itself.
    const saw = unique && step.f === 'cas' && drawn === newValue(at) ? null : drawn
    const process = processes[step.session]!
    const value = step.f === 'read' ? null : step.f === 'write' ? newValue(at) : [saw, newValue(at)]
    const event = { process, key, f: step.f }
    const invoke: EventInput = { ...event, type: 'invoke', value }
    if (step.fate < indeterminate) {
      processes[step.session]! += 3
      return step.fate % 2 === 0 ? [invoke] : [invoke, { ...event, type: 'info', value }]
    }
    if (step.f === 'read') return [invoke, { ...event, type: 'ok', value: saw }]
    if (step.f === 'cas' && step.fate >= 18)
      return [invoke, { ...event, type: 'fail', value: [-1, newValue(at), saw] }]
    return [invoke, { ...event, type: 'ok', value }]
  })
}
