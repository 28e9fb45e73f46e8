/**
 * Whether a history is sequentially consistent, without a proof for people: by the blocks where the
 * model is a register and its values are unique, else by search.
 */
import type { Limits, Stats } from '../checker.ts'
import { type History, NONE } from '../history.ts'
import { poll } from '../limits.ts'
import { NEVER } from '../linearizable/part.ts'
import { linearizable } from '../linearizable.ts'
import type { Model } from '../model.ts'
import { type Registers, registers } from '../registers/registers.ts'
import { type Blocks, blocksOf, producers } from './blocks.ts'
import { Decision, type Refutation } from './decide.ts'
import { type Program, programOf } from './program.ts'
import { replays } from './replay.ts'
import { Search } from './search.ts'
import { inventions } from './thin-air.ts'

export type Outcome =
  | { readonly valid: true; readonly stats: Stats }
  | {
      readonly valid: false
      readonly stats: Stats
      readonly contradictions: readonly [Contradiction, ...Contradiction[]]
    }

export interface Contradiction {
  /** Positions of the invocations that contradict each other by themselves, ascending. */
  readonly core: readonly number[]
  /** Present where the contradiction is in the order of blocks. */
  readonly refuted?: { readonly refutation: Refutation; readonly blocks: Blocks }
}

/** What the blocks say: an outcome, or in one phrase why they cannot decide. */
export const judgeBlocks = (all: Registers, limits: Limits): Outcome | string => {
  const thinAir = inventions(all)
  const [first, ...others] = thinAir.cores.map((core) => ({ core }))
  if (first !== undefined) {
    const stats = { operations: all.size, thinAirReads: thinAir.reads }
    return { valid: false, stats, contradictions: [first, ...others] }
  }
  const producer = producers(all)
  if (typeof producer === 'string') return producer
  const blocks = blocksOf(all, producer)
  const counts = { operations: all.size, processes: blocks.chains.size }
  const decision = new Decision(blocks, limits)
  const found = decision.run()
  const stats: Stats = {
    ...counts,
    rounds: decision.saturation.rounds,
    decisions: decision.decisions,
  }
  if (!(found instanceof Int32Array)) {
    const core = positions(all, withSources(blocks, found.core))
    return {
      valid: false,
      stats,
      contradictions: [{ core, refuted: { refutation: found, blocks } }],
    }
  }
  const counted = found.filter((node) => blocks.counts[node] === 1)
  if (replays(all, counted)) return { valid: true, stats }
  if (all.differs.size > 0) return 'a failed compare-and-set only tells what the value was not'
  throw new Error('an order of blocks is no order of their operations')
}

/**
 * Operations with all that installed what they observed, and so on; and with what shows that those of
 * unknown outcome among them happened.
 */
const withSources = (blocks: Blocks, ops: ReadonlySet<number>): ReadonlySet<number> => {
  const { producer, shownBy, registers: all } = blocks
  const closed = new Set(ops)
  // A set visits what is added while it is gone through.
  for (const op of closed) {
    const source = all.observed[op] === NONE ? NONE : producer[all.observed[op]!]!
    if (source !== NONE) closed.add(source)
    if (all.end[op] === NEVER) closed.add(shownBy[op]!)
  }
  return closed
}

const positions = ({ start }: Registers, ops: ReadonlySet<number>): number[] =>
  [...ops].sort((a, b) => a - b).map((op) => start[op]!)

/** Judges a history against a model. @throws OutOfLimits, NotInModel */
export const judge = <S, O>(history: History, model: Model<S, O>, limits: Limits): Outcome => {
  let why = 'the model is no register'
  if (model.registers !== undefined) {
    const outcome = judgeBlocks(registers(history, model.registers), limits)
    if (typeof outcome !== 'string') return outcome
    why = outcome
  }
  const real = linearizable(model)(history, patient(limits, LINEARIZABLE_POLLS))
  if (real.valid === true) return { valid: true, stats: { linearizable: 'yes' } }
  return new Trial(programOf(history, model), limits, why).run()
}

/** How often the search for a linearization may ask for more time: about ten seconds at most. */
const LINEARIZABLE_POLLS = 1000

/** The limits, and no more than so many looks at them. */
export const patient = (limits: Limits, polls: number): Limits => {
  let left = polls
  return {
    exceeded: (bytes) => limits.exceeded(bytes) ?? (--left < 0 ? 'enough was tried' : undefined),
  }
}

/** Searches of each object alone, which may refute, and of the whole, with growing budgets. */
export class Trial<S, O> {
  private readonly whole: Search<S, O>
  private alone: { readonly part: number; readonly search: Search<S, O> }[]

  constructor(
    private readonly program: Program<S, O>,
    private readonly limits: Limits,
    private readonly why: string,
  ) {
    this.whole = new Search(program, () => true)
    this.alone =
      program.parts.length < 2
        ? []
        : program.parts.map((_, part) => ({
            part,
            search: new Search(program, (op) => program.part[op] === part),
          }))
  }

  /** @throws OutOfLimits */
  run(): Outcome {
    const { program } = this
    for (let budget = 1024; ; budget *= 4) {
      for (const { part, search } of this.alone) {
        const outcome = this.goOn(search, budget)
        if (outcome === 'violation') return this.refuted((op) => program.part[op] === part)
      }
      this.alone = this.alone.filter(({ search }) => search.run(0) === 'undecided')
      const outcome = this.goOn(this.whole, budget)
      if (outcome === 'violation') return this.refuted(() => true)
      if (outcome === 'valid') return { valid: true, stats: this.stats() }
    }
  }

  private goOn(search: Search<S, O>, budget: number): ReturnType<Search<S, O>['run']> {
    for (let done = 0; done < budget; done += STEP) {
      poll(this.limits, this.whole.bytes + (search === this.whole ? 0 : search.bytes))
      const outcome = search.run(STEP)
      if (outcome !== 'undecided') return outcome
    }
    return 'undecided'
  }

  private refuted(wanted: (op: number) => boolean): Outcome {
    const core = [...this.program.start].filter((_, op) => wanted(op))
    return { valid: false, stats: this.stats(), contradictions: [{ core }] }
  }

  private stats(): Stats {
    return {
      operations: this.program.ops.length,
      processes: this.program.chains.length,
      configurations: this.whole.configurations,
      searched: this.why,
    }
  }
}

const STEP = 1024
