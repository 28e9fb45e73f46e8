/**
 * A model as a machine on small numbers: states and operation classes are interned, and `step` is a
 * look-up in a direct-mapped cache of a fixed size. A cache line that was overwritten costs one more
 * call of the model and nothing else.
 */
import type { Model, Primitive } from '../model.ts'

/** What `step` returns for an operation that is not possible in a state. */
export const IMPOSSIBLE = -1

const largestCache = 2 ** 18

export class Machine<S, O> {
  /** The state before the first operation. */
  readonly initial = 0
  /** What the states and the cache hold, about. */
  bytes: number
  private readonly model: Model<S, O>
  private readonly ops: readonly O[]
  private readonly states: S[] = []
  private readonly ids = new Map<Primitive, number>()
  /** Lines of [state + 1, class, next]. */
  private readonly cache: Int32Array
  private readonly mask: number

  /** @param ops one operation of each class */
  constructor(model: Model<S, O>, ops: readonly O[]) {
    this.model = model
    this.ops = ops
    let lines = 64
    while (lines < ops.length * 8 && lines < largestCache) lines *= 2
    this.cache = new Int32Array(lines * 3)
    this.mask = lines - 1
    this.bytes = this.cache.byteLength
    this.intern(model.init)
  }

  /** The state after an operation of a class, or IMPOSSIBLE. */
  step(state: number, cls: number): number {
    const { cache } = this
    const line = ((Math.imul(state, this.ops.length) + cls) & this.mask) * 3
    if (cache[line] === state + 1 && cache[line + 1] === cls) return cache[line + 2]!
    const after = this.model.step(this.states[state]!, this.ops[cls]!)
    const next = after === undefined ? IMPOSSIBLE : this.intern(after)
    cache[line] = state + 1
    cache[line + 1] = cls
    cache[line + 2] = next
    return next
  }

  /** Whether a growing state leads to what a pure operation of a class saw. */
  leadsTo(state: number, cls: number): boolean {
    return this.model.growing?.leadsTo(this.states[state]!, this.ops[cls]!) ?? true
  }

  private intern(state: S): number {
    const key = this.model.stateKey(state)
    const known = this.ids.get(key)
    if (known !== undefined) return known
    const id = this.states.length
    this.ids.set(key, id)
    this.states.push(state)
    this.bytes += 64 + (typeof key === 'string' ? key.length : 0)
    return id
  }
}
