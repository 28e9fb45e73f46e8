/**
 * Puts each kind of anomaly of replicas into one sentence, and names the fewest operations that prove it. That a
 * state is wrong is proved by the read and all updates that it names; the read that names fewest is shown.
 */
import type { Anomaly } from '../checker.ts'
import { type Crdt, canonical } from '../crdts/crdt.ts'
import { count, few } from '../guarded.ts'
import { show } from '../model.ts'
import type { Replicas, Snapshot } from './replicas.ts'

export class Words {
  constructor(private readonly replicas: Replicas) {}

  divergence(found: readonly (readonly [Snapshot, Snapshot])[]): Anomaly | undefined {
    const [example] = found
    if (example === undefined) return undefined
    const [one, other] = example
    const which = one.ids === undefined ? one.version : `{${few(this.names(one))}}`
    const summary =
      `${count(found.length, 'read')} of the same updates as an earlier one ${found.length === 1 ? 'shows' : 'show'} ` +
      `another state: with ${which}, ${this.saw(one)}, and ${this.saw(other)}`
    return this.anomaly('divergence', summary, [one.start, other.start])
  }

  phantom(found: readonly Snapshot[]): Anomaly | undefined {
    const [read] = found
    if (read === undefined) return undefined
    const id = this.replicas.phantomOf(read)!
    const why =
      this.replicas.startOf(id) < 0 ? 'no update with that id was ever made' : 'it began only later'
    const summary =
      `${count(found.length, 'read')} with an update that was not there: ${this.who(read)} named ` +
      `${show(this.replicas.name(id))}, but ${why}`
    return this.anomaly('phantom', summary, [read.start])
  }

  wrongState(found: readonly Snapshot[], crdt: Crdt): Anomaly | undefined {
    if (found.length === 0) return undefined
    const read = found.reduce((a, b) => (b.ids!.length < a.ids!.length ? b : a))
    const expected = crdt.expected(this.replicas.knownUpdates(read)!)
    const starts = Array.from(read.ids!, (id) => this.replicas.startOf(id))
    const summary =
      `${count(found.length, 'read')} of a state that the updates do not lead to: ${this.saw(read)}, but ` +
      `with the updates {${few(this.names(read))}} the ${crdt.name} is ${expected.words}`
    return this.anomaly('wrong-state', summary, [...starts, read.start])
  }

  undelivered(found: readonly (readonly [number, Snapshot])[]): Anomaly | undefined {
    const [example] = found
    if (example === undefined) return undefined
    const [start, read] = example
    const { history } = this.replicas
    const { process, partner, f } = history.columns
    const summary =
      `${count(found.length, 'acknowledged update')} not delivered to a replica in the end: process ` +
      `${process[start]}'s ${history.fs[f[start]!]} was acknowledged at ${history.moment(partner[start]!)}, and ` +
      `${this.who(read)} did not name it`
    return this.anomaly('undelivered', summary, [start, read.start])
  }

  private names({ ids }: Snapshot): readonly string[] {
    return Array.from(ids!, (id) => show(this.replicas.name(id)))
  }

  private saw(read: Snapshot): string {
    return `${this.who(read)} read ${canonical(read.state)}`
  }

  private who({ start, end }: Snapshot): string {
    const { history } = this.replicas
    const node = history.nodeName(start)
    return (
      `process ${history.columns.process[start]}${node === undefined ? '' : ` at ${node}`}, ` +
      `reading at ${history.moment(end)},`
    )
  }

  private anomaly(type: string, summary: string, positions: readonly number[]): Anomaly {
    const { index } = this.replicas.history.columns
    return { type, summary, ops: positions.map((at) => index[at]!).sort((a, b) => a - b) }
  }
}
