/**
 * Strong eventual consistency (Shapiro, Preguiça, Baquero, Zawirski: "Conflict-free Replicated Data Types", SSS 2011,
 * definition 2.3): replicas that have delivered the same updates show the same state, at every moment and not
 * only in the end, and an update that was acknowledged is delivered to all of them eventually.
 *
 * An update is any operation but `read`; its value is its id, or an object with one (`{"id": 7, "value": "a"}`), to which its
 * completion may add what the replica chose, as a timestamp. A read completes with
 * `{"updates": …, "state": …}`: the updates that the replica had delivered, as a list of ids in any order or as a version vector
 * (an object), and its state. With keys, each is an object of its own.
 *
 * `divergence`: two reads name the same updates and show different states. `phantom`: a read names an update
 * that no operation which did not fail had begun. `undelivered`: the history came to rest
 * (see `eventual`) and a last read of a replica does not name an acknowledged update. With a data type (`checkers/crdts/`)
 * also `wrong-state`: the state is not what the updates named lead to; not judged where the replica's part
 * of an update is unknown. Version vectors are judged for divergence alone. A state is compared as JSON: lists are in order,
 * unless the data type says that they are sets.
 *
 * Jepsen has no such checker. O(n log n) in the operations and the ids that reads name.
 */
import type { Checker, CheckerPlugin, Stats, Verdict } from './checker.ts'
import { type Crdt, canonical } from './crdts/crdt.ts'
import { restsFrom, sitesOf, unrest } from './eventual/quiescence.ts'
import { guarded, verdictOf } from './guarded.ts'
import type { History } from './history.ts'
import type { Meter } from './limits.ts'
import { Replicas, type Snapshot } from './strong-eventual/replicas.ts'
import { Words } from './strong-eventual/words.ts'

export interface StrongEventualOptions {
  /** What the updates mean; without it only equality is judged. */
  readonly crdt?: Crdt
}

/** A checker of strong eventual consistency, of a data type where one is given. */
export const strongEventualWith = ({ crdt }: StrongEventualOptions): Checker =>
  guarded('strong-eventual', (history, meter) => judge(history, meter, crdt))

/** Strong eventual consistency of any data type. */
export const strongEventual: Checker = strongEventualWith({})

const judge = (history: History, meter: Meter, crdt: Crdt | undefined): Verdict => {
  const replicas = new Replicas(history, meter, crdt)
  const words = new Words(replicas)
  const divergent = divergences(replicas, meter, crdt?.canonical ?? canonical)
  const phantom = replicas.snapshots.filter((read) => replicas.phantomOf(read) !== undefined)
  const { wrong, judged } = wrongStates(replicas, meter, crdt)
  const undelivered = unrest(history) === undefined ? missing(replicas, meter) : []
  const stats: Stats = {
    ...{ updates: replicas.updates, reads: replicas.snapshots.length },
    ...{ divergent: divergent.length, phantom: phantom.length },
    ...{ undelivered: undelivered.length, wrongState: wrong.length },
    ...(crdt === undefined ? {} : { judgedStates: judged }),
  }
  return verdictOf(
    [
      words.divergence(divergent),
      words.phantom(phantom),
      crdt === undefined ? undefined : words.wrongState(wrong, crdt),
      words.undelivered(undelivered),
    ],
    [replicas.snapshots.length === 0 ? 'nothing was ever read' : undefined],
    stats,
  )
}

/** Reads that differ from the first one of the same updates, each with that one. */
const divergences = (
  { snapshots }: Replicas,
  meter: Meter,
  asText: (state: unknown) => string,
): readonly (readonly [Snapshot, Snapshot])[] => {
  const first = new Map<string, { readonly read: Snapshot; readonly state: string }>()
  const found: (readonly [Snapshot, Snapshot])[] = []
  for (const read of snapshots) {
    meter.poll()
    const updates = `${read.key} ${read.version}`
    const state = asText(read.state)
    const known = first.get(updates)
    if (known === undefined) first.set(updates, { read, state })
    else if (known.state !== state) found.push([known.read, read])
    meter.bytes += updates.length + state.length
  }
  return found
}

const wrongStates = (
  replicas: Replicas,
  meter: Meter,
  crdt: Crdt | undefined,
): { readonly wrong: readonly Snapshot[]; readonly judged: number } => {
  if (crdt === undefined) return { wrong: [], judged: 0 }
  let judged = 0
  const wrong = replicas.snapshots.filter((read) => {
    meter.poll()
    const updates = replicas.knownUpdates(read)
    if (updates === undefined) return false
    judged++
    return !crdt.expected(updates).allows(read.state)
  })
  return { wrong, judged }
}

/** Acknowledged updates that a last read does not name: the update's invocation and the read. */
const missing = (
  replicas: Replicas,
  meter: Meter,
): readonly (readonly [update: number, read: Snapshot])[] => {
  const { history, snapshots } = replicas
  const rest = restsFrom(history)
  const acknowledged = replicas.acknowledged()
  const found: (readonly [number, Snapshot])[] = []
  for (const [key, sites] of sitesOf(history, snapshots, ({ start }) => start > rest))
    for (const { last } of sites) {
      const reads = last.map((at) => snapshots[at]!)
      if (reads.some(({ ids }) => ids === undefined)) continue
      const named = new Set(reads.flatMap(({ ids }) => [...ids!]))
      for (const id of acknowledged.get(key) ?? []) {
        meter.step()
        if (!named.has(id)) found.push([replicas.startOf(id), reads.at(-1)!])
      }
    }
  return found
}

export default {
  summary: 'replicas that have delivered the same updates show the same state',
  check: strongEventual,
} satisfies CheckerPlugin
