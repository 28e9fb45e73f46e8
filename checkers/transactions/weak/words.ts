/** Puts proofs into sentences that a person can verify against the transactions. */
import type { Anomaly, Edge } from '../../checker.ts'
import { NONE } from '../../typed-arrays.ts'
import { APPEND, indexOf } from '../columns.ts'
import { PROCESS, relationName, WR, WW } from '../relations.ts'
import { keyWord, operation, readWord, valueWord } from '../words.ts'
import { INITIAL } from './dependencies.ts'
import { IMPLIED } from './graph.ts'
import type { Proof } from './proof.ts'
import type { Step } from './search.ts'

/** A proof in words: its edges are those of the cycle, then those that say what was seen. */
export const tell = (proof: Proof): Omit<Anomaly, 'type'> => {
  const teller = new Teller(proof)
  const { finding, seen, found } = proof
  const { transactions } = found.dependencies
  const all = Array.from({ length: transactions.size }, (_, one) => one)
  const names = all.map((one) => `${teller.name(one)} is ${operation(transactions, one)}`)
  const steps = [...finding, ...[...seen.values()].flat()]
  return {
    summary: `${teller.summary(finding)} (${names.join(', ')})`,
    ops: all.map((one) => indexOf(transactions, one)),
    edges: steps.filter(({ to }) => to !== INITIAL).map((step) => teller.edge(step)),
  }
}

class Teller {
  constructor(private readonly proof: Proof) {}

  /** All transactions of the proof have numbers from 1 on. */
  name(one: number): string {
    return `T${one + 1}`
  }

  summary(finding: readonly Step[]): string {
    if (finding[0]!.to === INITIAL) return this.why(finding[0]!)
    const claims = finding.map(
      (step) => `${this.name(step.from)} < ${this.name(step.to)}, because ${this.why(step)}`,
    )
    return `${claims.join('; ')}: a contradiction`
  }

  edge(step: Step): Edge {
    const { transactions } = this.dependencies
    const { from, to, relation } = step
    return {
      from: indexOf(transactions, from),
      to: indexOf(transactions, to),
      // What a level implies is in which order versions were installed.
      relation: relationName(relation === IMPLIED ? WW : relation),
      why: this.why(step),
    }
  }

  private why(step: Step): string {
    const { from, to, relation, read } = step
    switch (relation) {
      case PROCESS:
        return `process ${this.dependencies.transactions.process[from]} performed ${this.name(from)} before ${this.name(to)}`
      case WR:
        return `${this.did(read)} from ${this.name(from)}`
      case WW:
        return this.shown(step)
      default:
        return this.missed(step)
    }
  }

  /** "T3 read x = [1 2]: T1's append of 1 is there, and T2's of 2 stands behind it". */
  private shown({ from, to }: Step): string {
    const { transactions } = this.dependencies
    const { owner, length, names, value } = transactions
    for (let read = 0; read < owner.length; read++) {
      if (owner[read] === NONE || length[read]! < 1) continue
      const codes = names.lists.codes(value[read]!, length[read]!)
      for (const one of this.appends(from, read))
        for (const other of this.appends(to, read)) {
          const [place, behind] = [one, other].map((at) => codes.indexOf(value[at]!))
          if (place === -1 || (behind !== -1 && behind! < place!)) continue
          const [first, second] = [one, other].map((at) => valueWord(transactions, value[at]!))
          return (
            `${this.read(read)}: ${this.name(from)}'s append of ${first} is there, and ${this.name(to)}'s ` +
            `of ${second} ${behind === -1 ? 'was never read' : 'stands behind it'}`
          )
        }
    }
    throw new Error(`no list shows ${from} in front of ${to}`)
  }

  /** What a transaction appended to the key of a read. */
  private appends(one: number, read: number): readonly number[] {
    const { first, end, kind, key } = this.dependencies.transactions
    const all = Array.from({ length: end[one]! - first[one]! }, (_, place) => first[one]! + place)
    return all.filter((at) => kind[at] === APPEND && key[at] === key[read])
  }

  /** "T3 read x = 1 from T1 although it had seen T2, which wrote 2 to x (…)". */
  private missed(step: Step): string {
    const { from, to, read } = step
    const { transactions } = this.dependencies
    const source = to === INITIAL ? 'the initial state' : this.name(to)
    const at = this.write(from, this.dependencies.read[read]!)!
    const wrote = transactions.kind[at] === APPEND ? 'appended' : 'wrote'
    const value = valueWord(transactions, transactions.value[at]!)
    const key = keyWord(transactions, transactions.key[at]!)
    const chain = this.proof.seen.get(step)!.map((one) => this.why(one))
    return (
      `${this.did(read)} from ${source} although it had seen ${this.name(from)}, ` +
      `which ${wrote} ${value} to ${key} (${chain.join('; ')})`
    )
  }

  private did(read: number): string {
    return this.read(this.dependencies.read[read]!)
  }

  /** "T3 read x = [1 2]". */
  private read(at: number): string {
    const { transactions } = this.dependencies
    const key = keyWord(transactions, transactions.key[at]!)
    return `${this.name(transactions.owner[at]!)} read ${key} = ${readWord(transactions, at)}`
  }

  /** The last write of a transaction to the key of a read. */
  private write(one: number, read: number): number | undefined {
    const { transactions, firstWrite, write } = this.dependencies
    const own = write.subarray(firstWrite[one]!, firstWrite[one + 1]!)
    return own.find((at) => transactions.key[at] === transactions.key[read])
  }

  private get dependencies() {
    return this.proof.found.dependencies
  }
}
