/**
 * A model as a machine on small numbers: states and operation classes are interned, and `step` is a
 * look-up in a direct-mapped cache of a fixed size. A cache line that was overwritten costs one more
 * call of the model and nothing else.
 */
import type { Model, Primitive } from '../model.ts'

/** What `step` returns for an operation that is not possible in a state. */
export const IMPOSSIBLE = -1
/** What `stepToward` returns for an operation after which the state leads elsewhere. */
export const ASTRAY = -2

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
    const line = this.line(state, cls)
    const { cache } = this
    if (cache[line] === state + 1 && cache[line + 1] === cls) return cache[line + 2]!
    return this.learn(state, cls, line, this.model.step(this.states[state]!, this.ops[cls]!))
  }

  /**
   * The same for growing states that must lead to what a pure operation of the class `read` saw, or
   * ASTRAY where the state after it does not. Most do not, and to intern them would cost the most.
   */
  stepToward(state: number, cls: number, read: number): number {
    const line = this.line(state, cls)
    const { cache, ops, model } = this
    if (cache[line] === state + 1 && cache[line + 1] === cls) return cache[line + 2]!
    const after = model.step(this.states[state]!, ops[cls]!)
    if (after !== undefined && model.growing?.leadsTo(after, ops[read]!) === false) return ASTRAY
    return this.learn(state, cls, line, after)
  }

  private line(state: number, cls: number): number {
    return ((Math.imul(state, this.ops.length) + cls) & this.mask) * 3
  }

  private learn(state: number, cls: number, line: number, after: S | undefined): number {
    const { cache } = this
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

  /** The key of a state. */
  key(state: number): Primitive {
    return this.model.stateKey(this.states[state]!)
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
