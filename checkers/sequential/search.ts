/**
 * A search for one order of all operations that keeps each process' own order and that the model allows,
 * for any model. A configuration is how far each process has come and the state of each object; those
 * visited are remembered (as Lowe 2017 and Wing and Gong 1993 do for linearizability, without real time).
 * An operation that changes no state and is possible now is done at once: it is possible in no better
 * place, and nothing else can be hindered by it. What was completed first is tried first.
 *
 * Depth-first without recursion; the way to the configuration is a trail of operations that is undone.
 */

import { IMPOSSIBLE } from '../linearizable/machine.ts'
import { Memo } from '../linearizable/memo.ts'
import { NEVER } from '../linearizable/part.ts'
import type { Program } from './program.ts'

export type Outcome = 'valid' | 'violation' | 'undecided'

export class Search<S, O> {
  /** How many configurations were visited. */
  configurations = 0
  /** The most operations that could be put in order. */
  deepest = 0
  /** Operations done, in order: the witness when the outcome is valid. */
  readonly trail: number[] = []
  private readonly previousState: number[] = []
  /** For each open choice: the length of the trail before it, and the rank of the operation last tried. */
  private readonly marks: number[] = []
  private readonly tried: number[] = []
  /** How far each chain has come, then the state of each object. */
  private readonly now: Int32Array
  private readonly chains: readonly (readonly number[])[]
  private readonly rank: Int32Array
  private readonly memo: Memo
  private remaining: number
  private outcome: Outcome = 'undecided'
  private begun = false

  /** @param wanted whether each operation belongs to what is judged */
  constructor(
    private readonly program: Program<S, O>,
    wanted: (op: number) => boolean,
  ) {
    const { end, part, parts, start } = program
    this.chains = program.chains
      .map((chain) => chain.filter(wanted))
      .filter((chain) => chain.length > 0)
    this.rank = end.map((at, op) => (at === NEVER ? NEVER - end.length + op : at))
    const width = Math.max(2, this.chains.length + parts.length)
    this.now = new Int32Array(width)
    this.memo = new Memo(width - 2, 0)
    this.remaining = start.filter((_, op) => wanted(op) && end[op] !== NEVER).length
    this.stateAt = this.now.subarray(this.chains.length, this.chains.length + part.length)
  }

  private readonly stateAt: Int32Array

  get bytes(): number {
    return this.memo.bytes + this.program.machine.bytes + this.trail.length * 32
  }

  /** Goes on for about so many configurations. */
  run(budget: number): Outcome {
    const until = this.configurations + budget
    if (!this.begun) {
      this.begun = true
      this.enter()
    }
    while (this.outcome === 'undecided' && this.configurations < until) this.advance()
    return this.outcome
  }

  /** Tries the next operation of the last choice, or goes back behind it. */
  private advance(): void {
    const at = this.marks.length - 1
    if (at < 0) {
      this.outcome = 'violation'
      return
    }
    this.undo(this.marks[at]!)
    const chain = this.candidate(this.tried[at]!)
    if (chain < 0) {
      this.marks.pop()
      this.tried.pop()
      return
    }
    this.tried[at] = this.rank[this.next(chain)]!
    this.perform(chain)
    this.enter()
  }

  /** Enters the configuration that now stands, if nobody was there before. */
  private enter(): void {
    this.performPure()
    if (this.trail.length > this.deepest) this.deepest = this.trail.length
    if (this.remaining === 0) this.outcome = 'valid'
    else if (this.memo.add(this.now, 0)) {
      this.configurations++
      this.marks.push(this.trail.length)
      this.tried.push(-1)
    }
  }

  private performPure(): void {
    const { classes } = this.program
    for (let moved = true; moved; ) {
      moved = false
      for (let chain = 0; chain < this.chains.length; chain++)
        for (;;) {
          const op = this.next(chain)
          if (op < 0 || classes.pure[classes.of[op]!] === 0 || !this.possible(op)) break
          this.perform(chain)
          moved = true
        }
    }
  }

  /** The chain whose next operation is possible and has the smallest rank above one; -1 without any. */
  private candidate(above: number): number {
    let best = -1
    let least = NEVER
    for (let chain = 0; chain < this.chains.length; chain++) {
      const op = this.next(chain)
      if (op < 0) continue
      const rank = this.rank[op]!
      if (rank <= above || rank >= least || !this.possible(op)) continue
      best = chain
      least = rank
    }
    return best
  }

  private next(chain: number): number {
    return this.chains[chain]![this.now[chain]!] ?? -1
  }

  private possible(op: number): boolean {
    const { machine, classes, part } = this.program
    return machine.step(this.stateAt[part[op]!]!, classes.of[op]!) !== IMPOSSIBLE
  }

  private perform(chain: number): void {
    const { machine, classes, part, end } = this.program
    const op = this.next(chain)
    const object = part[op]!
    this.trail.push(op)
    this.previousState.push(this.stateAt[object]!)
    this.stateAt[object] = machine.step(this.stateAt[object]!, classes.of[op]!)
    this.now[chain]!++
    if (end[op] !== NEVER) this.remaining--
    this.chainOf.push(chain)
  }

  private readonly chainOf: number[] = []

  private undo(length: number): void {
    const { part, end } = this.program
    while (this.trail.length > length) {
      const op = this.trail.pop()!
      this.stateAt[part[op]!] = this.previousState.pop()!
      this.now[this.chainOf.pop()!]!--
      if (end[op] !== NEVER) this.remaining++
    }
  }
}
