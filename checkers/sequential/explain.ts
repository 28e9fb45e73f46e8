/**
 * Puts a minimal contradiction into words: what each process did, and where the order of blocks
 * contradicts itself, the cycle with the reason for each of its edges.
 */
import type { Anomaly, Edge } from '../checker.ts'
import { type History, NONE } from '../history.ts'
import { NEVER } from '../linearizable/part.ts'
import type { Model } from '../model.ts'
import { show } from '../model.ts'
import type { Blocks } from './blocks.ts'
import type { Step } from './decide.ts'
import type { Contradiction } from './judge.ts'
import { type Program, programOf } from './program.ts'
import type { Restricted } from './restrict.ts'

/** How many operations and edges a summary names. */
const SHOWN = 12

/** Tells a contradiction; the proof holds its operations alone, the whole knows when they were. */
export const explain = <S, O>(
  whole: History,
  { history, from }: Restricted,
  model: Model<S, O>,
  refuted: Contradiction['refuted'],
): Anomaly => {
  const program = programOf(history, model)
  const teller = new Teller(history, program, (position) => whole.moment(from[position]!))
  const ops = [...program.start].map((position) => history.columns.index[position]!)
  if (program.ops.length === 1 && model.registers !== undefined)
    return { type: 'thin-air-read', summary: teller.invented(), ops }
  if (refuted?.refutation.steps === undefined)
    return { type: typeOf(program, undefined), summary: teller.all(), ops }
  const edges = new Edges(history, refuted.blocks, teller).of(refuted.refutation.steps)
  return {
    type: typeOf(program, edges),
    summary: `${teller.all()}: ${told(edges.cycle)}`,
    ops,
    edges: edges.all,
  }
}

const told = (cycle: readonly Edge[]): string => {
  const shown = cycle.slice(0, SHOWN).map(({ why }) => why)
  const more = cycle.length - shown.length
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more steps` : ''}; so each would come before itself`
}

/** The literature's name, decided on the proof alone. */
const typeOf = <S, O>(program: Program<S, O>, edges: Told | undefined): string => {
  if (edges?.cycle.length === 2 && edges.cycle.every(({ relation }) => relation === 'rw'))
    return 'lost-update'
  const objects = new Set(program.part)
  return objects.size === 1 && program.model.registers !== undefined
    ? 'incoherent'
    : 'nonsequential'
}

interface Told {
  readonly cycle: readonly Edge[]
  /** The cycle first, then what its edges follow from. */
  readonly all: readonly Edge[]
}

/** Tells what the processes did. */
class Teller<S, O> {
  private readonly opAt = new Map<number, number>()

  constructor(
    private readonly history: History,
    private readonly program: Program<S, O>,
    private readonly moment: (position: number) => string,
  ) {
    program.start.forEach((position, op) => {
      this.opAt.set(position, op)
    })
  }

  /** What was done at a position: `read 7 (key x)`. */
  does(position: number): string {
    const op = this.opAt.get(position)!
    const { key } = this.program.parts[this.program.part[op]!]!
    const words = this.program.model.words(this.program.ops[op]!)
    return key === undefined ? words : `${words} (key ${key})`
  }

  process(position: number): string {
    return `process ${this.history.columns.process[position]!}`
  }

  /** A single operation of a register that contradicts itself. */
  invented(): string {
    const [at] = this.program.start
    return (
      `${this.process(at!)} ${this.does(at!)} at ${this.moment(at!)}, ` +
      'although nothing that can have happened left this value there'
    )
  }

  all(): string {
    const { program } = this
    const { length } = program.ops
    let left = SHOWN
    const stories = program.chains.flatMap((chain) => {
      if (left <= 0) return []
      const shown = chain.slice(0, left)
      left -= shown.length
      const acts = shown.map((op) => {
        const at = program.start[op]!
        const unknown = program.end[op] === NEVER ? ', outcome unknown' : ''
        return `${this.does(at)} at ${this.moment(at)}${unknown}`
      })
      return `${this.process(program.start[chain[0]!]!)} ${acts.join(', then ')}`
    })
    const more = length > SHOWN ? `; and ${length - SHOWN} more operations` : ''
    return (
      `${stories.join('; ')}${more} – ` +
      'no single order that keeps the order of each process explains them all'
    )
  }
}

/** Tells the edges of a refutation. */
class Edges<S, O> {
  constructor(
    private readonly history: History,
    private readonly blocks: Blocks,
    private readonly teller: Teller<S, O>,
  ) {}

  of(steps: readonly Step[]): Told {
    const told = steps.map(({ nodes, claim }) => this.merged(nodes, claim === undefined))
    const [cycle] = told
    const edges = told.map((pairs) => pairs.map(([from, to]) => this.edge(from, to, steps)))
    return { cycle: edges[0]!.slice(0, cycle!.length), all: edges.flat() }
  }

  /** Pairs of operations along a way, without closes and without stops at the same process. */
  private merged(nodes: readonly number[], cycle: boolean): [number, number][] {
    const operations = this.blocks.block.length
    let ops = nodes.filter((node) => node < operations)
    if (cycle) {
      if (nodes[0]! < operations) ops.pop()
      ops = this.rotated(ops)
      ops.push(ops[0]!)
    }
    const stops = ops.filter(
      (op, at) =>
        at === 0 || at === ops.length - 1 || !this.straight(ops[at - 1]!, op, ops[at + 1]!),
    )
    return stops.slice(1).map((to, at) => [stops[at]!, to])
  }

  /** The same round, begun where it comes from another process. */
  private rotated(ops: readonly number[]): number[] {
    const { of } = this.blocks.chains
    const begin = ops.findIndex((op, at) => of[op] !== of[ops.at(at - 1)!])
    return begin <= 0 ? [...ops] : [...ops.slice(begin), ...ops.slice(0, begin)]
  }

  private straight(before: number, op: number, after: number): boolean {
    return this.precedes(before, op) && this.precedes(op, after)
  }

  private precedes(one: number, other: number): boolean {
    const { of, place } = this.blocks.chains
    return of[one] === of[other] && place[one]! < place[other]!
  }

  private edge(from: number, to: number, steps: readonly Step[]): Edge {
    const { index } = this.history.columns
    const { start } = this.blocks.registers
    const [relation, why] = this.reason(from, to, steps)
    return { from: index[start[from]!]!, to: index[start[to]!]!, relation, why }
  }

  private reason(from: number, to: number, steps: readonly Step[]): [string, string] {
    const { registers, installed, producer, block, head } = this.blocks
    const { observed, start, versions } = registers
    const process = (op: number): string => this.teller.process(start[op]!)
    const does = (op: number): string => this.teller.does(start[op]!)
    if (this.precedes(from, to))
      return ['process', `${process(from)} ${does(from)} before it ${does(to)}`]
    const value = (version: number): string => show(versions.value(version))
    if (observed[to] !== NONE && producer[observed[to]!] === from)
      return [
        'wr',
        `${process(to)} ${does(to)} after ${process(from)} had left ${value(observed[to]!)} there`,
      ]
    const left = installed[from] === NONE ? observed[from]! : installed[from]!
    const observes = installed[from] === NONE || observed[from] === observed[to]
    const relation = observes && observed[from] !== NONE ? 'rw' : 'ww'
    const order = `${process(from)} ${does(from)} before ${process(to)} ${does(to)}`
    if (head[block[to]!] !== to)
      return [relation, `${order}, which took ${value(observed[to]!)} away`]
    if (block[from]! < this.blocks.keys)
      return [relation, `${order}, for ${value(left)} was there before the first write`]
    const claim = steps.find(
      ({ claim: pair }) => pair?.before === block[from] && pair?.after === block[to],
    )
    const chain = claim?.nodes.filter((node) => node < block.length) ?? []
    const [first, last] = [chain[0], chain.at(-1)]
    const because =
      first === undefined || last === undefined || (first === from && last === to)
        ? ''
        : `, because ${process(first)} ${does(first)} before ${process(last)} ${does(last)}`
    return [relation, `${order}${because}`]
  }
}
