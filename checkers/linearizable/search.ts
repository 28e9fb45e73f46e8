/**
 * The search of Wing and Gong with Lowe's memory, for one part of a history: is there an order of the
 * operations that respects real time and that the model allows? A configuration is (k, state, mask,
 * used): the first k returns have taken effect and of the operations open at return k those in the
 * mask; the state they left; and which indeterminate operations took effect. A depth-first search
 * goes through them on a stack of integers, so neither the length of a history nor its concurrency
 * can overflow anything.
 *
 * Eight rules cut what need not be tried; each keeps at least one legal order where there is one:
 * R1 A pure operation that is open and possible is done at once: it stands in nobody's way.
 * R2 Of open operations of one class only the one that returns first is tried: two of them may change
 *    places in any legal order.
 * R3 Indeterminate operations are optional and tried last; by R2 after completed ones of their class
 *    and among themselves in the order of their invocations.
 * R4 Having used fewer indeterminate operations is at least as good (see the memo).
 * R5 The operation after an indeterminate one must need it: if it does the same without, the order
 *    without is tried anyway and used fewer. One that leaves the state as it was is never needed.
 * R6 looks ahead in objects that grow (look-ahead.ts).
 * R7 and R8 are for registers, where a search gets long (values.ts).
 */
import { ASTRAY, IMPOSSIBLE, type Machine } from './machine.ts'
import { Memo } from './memo.ts'
import type { Plan } from './plan.ts'
import type { RanksByValue, Values } from './values.ts'

export type Outcome = 'linearizable' | 'violation' | 'undecided'

/** Which rules are on: all of them, except where a benchmark or a test compares. */
export interface Rules {
  readonly pureFirst: boolean
  readonly twins: boolean
  readonly needed: boolean
  readonly lookAhead: boolean
  /** After how many configurations R7 and R8 begin. */
  readonly valuesAfter: number
}
export const allRules: Rules = {
  ...{ pureFirst: true, twins: true, needed: true, lookAhead: true, valuesAfter: 2000 },
}

/** A frame of the stack: [cursor, before, k, state, mask…, used…]. */
const CURSOR = 0
/** State before the indeterminate operation just done, while R5 asks about it; else -1. */
const BEFORE = 1
const K = 2
const STATE = 3
const MASK = 4

export class Search {
  /** Configurations visited so far. */
  configurations = 0
  /** The most returns that any order passed: the first return that none passes. */
  deepest = 0
  private readonly plan: Plan
  private readonly machine: Machine<unknown, unknown>
  private readonly rules: Rules
  private readonly used: number
  private readonly stride: number
  private readonly memo: Memo
  private stack: Int32Array
  private depth = -1
  private outcome: Outcome = 'undecided'
  private values: Values | undefined
  /** Candidates looked at so far. */
  private examined = 0

  /** @param lookUp what R7 and R8 look up; absent for other objects than registers */
  constructor(
    plan: Plan,
    machine: Machine<unknown, unknown>,
    rules = allRules,
    private readonly lookUp?: () => Values,
  ) {
    this.plan = plan
    this.machine = machine
    this.rules = rules
    const maskWords = (plan.slots + 31) >>> 5
    const usedWords = (plan.optional + 31) >>> 5
    this.used = MASK + maskWords
    this.stride = this.used + usedWords
    this.memo = new Memo(maskWords, usedWords)
    this.stack = new Int32Array(this.stride * 64)
    this.stack[STATE] = machine.initial
    this.arrive(0, -1)
  }

  /** What this search holds in memory. */
  get bytes(): number {
    const values = this.values?.bytes ?? 0
    return this.memo.bytes + this.stack.byteLength + this.plan.bytes + this.machine.bytes + values
  }

  /**
   * After `linearizable`: the numbers in the part of the operations that took effect, in a legal order.
   * Of what a step did at once, the blind writes come before the operation that was chosen, and what
   * changes nothing after it.
   */
  order(): number[] {
    const { plan, stride, stack } = this
    const order: number[] = []
    for (let frame = 0; frame <= this.depth; frame++) {
      const base = frame * stride
      const cursor = stack[base - stride + CURSOR]! - 1
      const chosen = frame === 0 ? -1 : this.candidate(stack[base - stride + K]!, cursor)
      const others = this.doneSince(base).filter((rank) => rank !== chosen)
      const isPure = (rank: number): boolean => plan.pure[plan.cls[rank]!] === 1
      for (const rank of others) if (!isPure(rank)) order.push(plan.op[rank]!)
      if (chosen >= 0) order.push(plan.op[chosen]!)
      for (const rank of others) if (isPure(rank)) order.push(plan.op[rank]!)
    }
    return order
  }

  private candidate(k: number, cursor: number): number {
    const { offset, open, required } = this.plan
    const completed = offset[k + 1]! - offset[k]!
    return cursor < completed ? open[offset[k]! + cursor]! : required + cursor - completed
  }

  /** The ranks done in the frame at `base` and not in the frame before it. */
  private doneSince(base: number): number[] {
    const { offset, open, required } = this.plan
    const { stack, stride } = this
    const k = stack[base + K]!
    const from = base === 0 ? 0 : stack[base - stride + K]!
    const ranks: number[] = []
    for (let rank = from; rank < k; rank++) ranks.push(rank)
    for (let entry = offset[k]!; k < required && entry < offset[k + 1]!; entry++)
      if (this.done(base, open[entry]!)) ranks.push(open[entry]!)
    const before = base - stride
    return base === 0
      ? ranks
      : ranks.filter((rank) => !(this.isOpen(from, rank) && this.done(before, rank)))
  }

  /** Goes on for about so many configurations, or fewer where each has very many candidates. */
  run(configurations: number): Outcome {
    const until = this.configurations + configurations
    const patience = this.examined + configurations * 256
    while (
      this.outcome === 'undecided' &&
      this.configurations < until &&
      this.examined < patience
    ) {
      if (this.values === undefined && this.configurations >= this.rules.valuesAfter)
        this.values = this.lookUp?.()
      if (this.depth < 0) this.outcome = 'violation'
      else if (!this.descend()) this.depth--
    }
    return this.outcome
  }

  /** Visits the next configuration below the top of the stack that is not known to be dead. */
  private descend(): boolean {
    const { plan, machine, stride } = this
    const base = this.depth * stride
    this.reserve(base + 2 * stride)
    const { stack } = this
    const k = stack[base + K]!
    const state = stack[base + STATE]!
    const before = stack[base + BEFORE]!
    const aim = this.aim(base)
    const from = plan.offset[k]!
    const completed = plan.offset[k + 1]! - from
    const all = completed + plan.available[k]!
    for (let cursor = stack[base + CURSOR]!; cursor < all; cursor++) {
      this.examined++
      const optional = cursor - completed
      const op = optional < 0 ? plan.open[from + cursor]! : plan.required + optional
      if (optional < 0 && this.done(base, op)) continue
      const cls = plan.cls[op]!
      const next =
        aim < 0 ? machine.step(state, cls) : machine.stepToward(state, cls, plan.cls[aim]!)
      if (next === ASTRAY && aim > this.deepest) this.deepest = aim
      if (next === IMPOSSIBLE || next === ASTRAY) continue
      if (optional < 0) {
        if (!this.isItsTurn(base, from + cursor)) continue
      } else if (next === state || !this.mayUse(base, optional, k)) continue
      if (before >= 0 && machine.step(before, cls) === next) continue
      stack[base + CURSOR] = cursor + 1
      if (this.visit(base, optional, op, next, state)) return true
    }
    stack[base + CURSOR] = all
    return false
  }

  /** Whether by R2 it is the turn of the operation at an entry of `open`. */
  private isItsTurn(base: number, entry: number): boolean {
    const { open, twin } = this.plan
    if (!this.rules.twins) return true
    for (let other = twin[entry]!; other >= 0; other = twin[other]!)
      if (!this.done(base, open[other]!)) return false
    return true
  }

  /** Whether an optional operation is unused, and by R2 and R3 is its turn. */
  private mayUse(base: number, optional: number, k: number): boolean {
    const { plan } = this
    if (this.isUsed(base, optional)) return false
    if (!this.rules.twins) return true
    const before = plan.optionalTwin[optional]!
    if (before >= 0 && !this.isUsed(base, before)) return false
    const cls = plan.cls[plan.required + optional]
    this.examined += plan.offset[k + 1]! - plan.offset[k]!
    for (let entry = plan.offset[k]!; entry < plan.offset[k + 1]!; entry++) {
      const op = plan.open[entry]!
      if (plan.cls[op] === cls && !this.done(base, op)) return false
    }
    return true
  }

  private done(base: number, op: number): boolean {
    const slot = this.plan.slot[op]!
    return ((this.stack[base + MASK + (slot >>> 5)]! >>> (slot & 31)) & 1) === 1
  }

  private isUsed(base: number, optional: number): boolean {
    return ((this.stack[base + this.used + (optional >>> 5)]! >>> (optional & 31)) & 1) === 1
  }

  /** Does an operation from the configuration at `base` and puts what follows on the stack. */
  private visit(base: number, optional: number, op: number, next: number, state: number): boolean {
    const { stack, stride } = this
    if (next !== state && this.strands(base, op, state)) return false
    const to = base + stride
    for (let i = K; i < stride; i++) stack[to + i] = stack[base + i]!
    stack[to + STATE] = next
    if (optional < 0) this.complete(to, op)
    else stack[to + this.used + (optional >>> 5)]! |= 1 << (optional & 31)
    return this.arrive(to, optional < 0 || !this.rules.needed ? -1 : state)
  }

  private reserve(length: number): void {
    if (length <= this.stack.length) return
    const larger = new Int32Array(this.stack.length * 2)
    larger.set(this.stack)
    this.stack = larger
  }

  /** Marks a completed operation, and by R7 the blind writes that it overwrites. */
  private complete(base: number, op: number): void {
    this.mark(base, op)
    const { values, plan } = this
    if (values === undefined || !values.absorbs || !this.isBlind(op)) return
    const k = this.stack[base + K]!
    for (let entry = plan.offset[k]!; entry < plan.offset[k + 1]!; entry++) {
      const other = plan.open[entry]!
      if (!this.isBlind(other) || this.done(base, other)) continue
      const value = values.left[plan.cls[other]!]!
      if (!this.isAwaited(base, value, op) && !values.optionalObservers.some(value, 0, always))
        this.mark(base, other)
    }
  }

  /** Whether an operation installs a value whatever was there. */
  private isBlind(op: number): boolean {
    const cls = this.plan.cls[op]!
    return this.values!.left[cls]! >= 0 && this.values!.seen[cls]! < 0
  }

  /** Whether a completed operation other than `except` is left that sees a value. */
  private isAwaited(base: number, value: number, except: number): boolean {
    return this.isLeft(this.values!.observers, base, value, except)
  }

  private isLeft(ranks: RanksByValue, base: number, value: number, except: number): boolean {
    const k = this.stack[base + K]!
    const last = ranks.last(value)
    if (last < k) return false
    // Not open yet, so not done either.
    if (this.plan.since[last]! > k) return true
    return ranks.some(
      value,
      k,
      (rank) => rank !== except && !(this.isOpen(k, rank) && this.done(base, rank)),
    )
  }

  /** R8: whether an operation leaves a value that another one waits for in vain. */
  private strands(base: number, op: number, state: number): boolean {
    const { values } = this
    if (values === undefined) return false
    const value = values.of(this.machine, state)
    return (
      value >= 0 &&
      !this.isLeft(values.producers, base, value, op) &&
      this.isAwaited(base, value, op) &&
      !values.optionalProducers.some(value, 0, (optional) => !this.isUsed(base, optional))
    )
  }

  private mark(base: number, op: number): void {
    const slot = this.plan.slot[op]!
    this.stack[base + MASK + (slot >>> 5)]! |= 1 << (slot & 31)
  }

  /** Completes the configuration at `base` by R1 and by passing returns; false when it is known. */
  private arrive(base: number, before: number): boolean {
    this.configurations++
    const { stack } = this
    stack[base + CURSOR] = 0
    stack[base + BEFORE] = this.settle(base) ? -1 : before
    const k = stack[base + K]!
    if (k > this.deepest) this.deepest = k
    if (k === this.plan.required) this.outcome = 'linearizable'
    if (!this.viable(base)) return false
    if (!this.memo.add(stack, base + K)) return false
    this.depth = base / this.stride
    return true
  }

  /** R6: whether the state can still become what the next read saw. */
  private viable(base: number): boolean {
    const aim = this.aim(base)
    if (aim < 0 || this.machine.leadsTo(this.stack[base + STATE]!, this.plan.cls[aim]!)) return true
    if (aim > this.deepest) this.deepest = aim
    return false
  }

  /** The next read that the state must lead to, by rank; -1 where none can be foreseen. */
  private aim(base: number): number {
    const { ahead, required } = this.plan
    if (ahead === undefined || !this.rules.lookAhead) return -1
    const k = this.stack[base + K]!
    let read = ahead.read[k]!
    while (read < required && this.isOpen(k, read) && this.done(base, read))
      read = ahead.read[read + 1]!
    if (read === required) return -1
    const undone = ahead.forgetting[read]! - ahead.forgotten[k]!
    return undone === 0 || undone === this.forgettingDone(base, k) ? read : -1
  }

  /** How many of the operations open at return k forget the state and are done. */
  private forgettingDone(base: number, k: number): number {
    const { ahead, offset, open, cls } = this.plan
    let done = 0
    for (let entry = offset[k]!; entry < offset[k + 1]!; entry++) {
      const op = open[entry]!
      if (ahead!.forgetful[cls[op]!] === 1 && this.done(base, op)) done++
    }
    return done
  }

  private isOpen(k: number, rank: number): boolean {
    return rank >= k && this.plan.since[rank]! <= k
  }

  /** Does possible pure operations and passes the returns of done ones; true when it did a pure one. */
  private settle(base: number): boolean {
    const { plan, machine, stack } = this
    const state = stack[base + STATE]!
    let k = stack[base + K]!
    let did = false
    for (let passed = true; passed && k < plan.required; ) {
      if (this.rules.pureFirst)
        for (let entry = plan.offset[k]!; entry < plan.offset[k + 1]!; entry++) {
          const op = plan.open[entry]!
          const cls = plan.cls[op]!
          if (plan.pure[cls] === 0 || machine.step(state, cls) !== state) continue
          if (this.done(base, op)) continue
          this.mark(base, op)
          did = true
        }
      passed = false
      for (; k < plan.required && this.done(base, k); k++) {
        const slot = plan.slot[k]!
        stack[base + MASK + (slot >>> 5)]! &= ~(1 << (slot & 31))
        passed = true
      }
    }
    stack[base + K] = k
    return did
  }
}

const always = (): boolean => true
