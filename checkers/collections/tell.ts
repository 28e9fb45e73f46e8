/**
 * Puts the proof that a queue, stack or priority queue went wrong into words. What a proof is called is seen
 * from its operations: `unexpected` and `duplicated` as in Jepsen's total-queue (VFresh and VRepet of Henzinger,
 * Sezgin and Vafeiadis, CONCUR 2013), `out-of-order` (VOrd), `not-empty` (VWit).
 */
import type { History } from '../history.ts'
import { NEVER, type Part } from '../linearizable/part.ts'
import { type Model, show } from '../model.ts'
import type { CollectionOp } from './operations.ts'

/** Name and words of a minimal proof, or undefined where it has none of its own. */
export const tell = (
  history: History,
  proof: Part<CollectionOp>,
  model: Model<unknown, CollectionOp>,
): { readonly type: string; readonly summary: string } | undefined => {
  const named = nameOf(history, proof, model)
  const place = proof.key === undefined ? '' : `key ${proof.key}: `
  return named && { type: named.type, summary: place + named.summary }
}

const nameOf = (
  history: History,
  proof: Part<CollectionOp>,
  model: Model<unknown, CollectionOp>,
): { readonly type: string; readonly summary: string } | undefined => {
  const words = new Words(history, proof, model)
  const numbers = (f: CollectionOp['f']): number[] =>
    proof.ops.flatMap((op, number) => (op.f === f ? [number] : []))
  const [removes, inserts, empties] = [numbers('remove'), numbers('insert'), numbers('empty')]
  if (numbers('take').length > 0) return undefined
  if (empties.length === 1)
    return { type: 'not-empty', summary: words.notEmpty(empties[0]!, inserts) }
  const same = removes.length === 2 && words.value(removes[0]!) === words.value(removes[1]!)
  if (same) return { type: 'duplicated', summary: words.duplicated(removes, inserts) }
  if (removes.length === 1 && inserts.every((one) => words.value(one) === words.value(removes[0]!)))
    return { type: 'unexpected', summary: words.unexpected(removes[0]!, inserts) }
  if (inserts.length !== 2) return { type: 'out-of-order', summary: words.all() }
  return { type: 'out-of-order', summary: words.overtaken(inserts, removes) }
}

class Words {
  constructor(
    private readonly history: History,
    private readonly proof: Part<CollectionOp>,
    private readonly model: Model<unknown, CollectionOp>,
  ) {}

  value(number: number): string {
    const op = this.proof.ops[number]!
    return 'value' in op ? show(op.value) : ''
  }

  unexpected(remove: number, inserts: readonly number[]): string {
    const later = inserts.map((insert) => `: ${this.does(insert)} ${this.during(insert)}`).join()
    return (
      `${this.does(remove)} ${this.during(remove)}, ` +
      `although nothing had begun to put ${this.value(remove)} in by then${later}`
    )
  }

  duplicated(removes: readonly number[], inserts: readonly number[]): string {
    const [first, second] = removes as [number, number]
    const origin = inserts.map((insert) => `${this.does(insert)} ${this.during(insert)}`).join()
    const once = origin === '' ? '' : `, although it went in only once: ${origin}`
    return (
      `${this.does(second)} ${this.during(second)}, ` +
      `and ${this.does(first)} as well, ${this.during(first)}${once}`
    )
  }

  notEmpty(empty: number, inserts: readonly number[]): string {
    const shown = inserts.slice(0, 4).map((insert) => {
      const value = this.value(insert)
      const remove = this.removeOf(value)
      const until =
        remove === undefined
          ? 'and nothing had begun to take it out by then'
          : `and came out ${this.during(remove)} at the earliest`
      return `${value} had gone in by ${this.at(this.proof.end[insert]!)} ${until}`
    })
    const more = inserts.length > shown.length ? `; and ${inserts.length - shown.length} more` : ''
    return `${this.does(empty)} ${this.during(empty)}, although ${shown.join('; ')}${more}`
  }

  overtaken(inserts: readonly number[], removes: readonly number[]): string {
    const [a, b] = inserts as [number, number]
    const told = [...removes].map((remove) => `${this.does(remove)} ${this.during(remove)}`)
    const left = [a, b].filter((one) => this.removeOf(this.value(one)) === undefined)
    const still = left.map((one) => `nothing had begun to take ${this.value(one)} out by then`)
    return (
      `${[...told, ...still].join('; ')}; although ${this.does(a)} ${this.during(a)} ` +
      `and ${this.does(b)} ${this.during(b)}`
    )
  }

  all(): string {
    const { length } = this.proof.ops
    const shown = this.proof.ops.slice(0, 8).map((_, op) => `${this.does(op)} ${this.during(op)}`)
    const more = length > 8 ? `; and ${length - 8} more` : ''
    return `no order of these ${length} operations explains them all: ${shown.join('; ')}${more}`
  }

  private removeOf(value: string): number | undefined {
    const at = this.proof.ops.findIndex(
      (op, number) => op.f === 'remove' && this.value(number) === value,
    )
    return at < 0 ? undefined : at
  }

  private does(number: number): string {
    const process = this.history.columns.process[this.proof.start[number]!]!
    return `process ${process} ${this.model.words(this.proof.ops[number]!)}`
  }

  private during(number: number): string {
    const end = this.proof.end[number]!
    const from = this.at(this.proof.start[number]!)
    return end === NEVER ? `(from ${from}, outcome unknown)` : `between ${from} and ${this.at(end)}`
  }

  private at(position: number): string {
    return position === NEVER ? 'an unknown time' : this.history.moment(position)
  }
}
