/**
 * What a run has met: which kinds of messages came to nodes while which faults were in force. An election during a
 * partition is another situation than one with no fault, and a snapshot that is sent while a disk stalls yet
 * another one. Hunts that meet no new situation any more have seen what their draws can show.
 */
import type { HistoryEvent } from '../../checkers/history.ts'
import type { FaultRecord } from '../../checkers/ledger.ts'

/** Between the faults in force, sorted, and the kind of a message. */
const BETWEEN = ': '

export class Situations {
  private readonly inForce = new Map<number, string>()
  /** Faults in force → kinds of messages that came meanwhile. */
  private readonly met = new Map<string, Set<string>>()
  private now = new Set<string>()

  constructor() {
    this.turn()
  }

  /** An event of the history: a fault that took hold, or one that is gone. */
  event({ process, f, type, value }: HistoryEvent): void {
    if (process !== 'nemesis' || f === 'observe') return
    const record = value as FaultRecord
    if (record.phase === 'injected' && type === 'ok') this.inForce.set(record.episode, f)
    else if (record.phase === 'healed') this.inForce.delete(record.episode)
    else return
    this.turn()
  }

  /** A message of this kind has come to a node. */
  message(kind: string): void {
    this.now.add(kind)
  }

  /** Each once, as `kill+partition: request-vote`. */
  list(): readonly string[] {
    return [...this.met].flatMap(([faults, kinds]) =>
      [...kinds].map((kind) => `${faults}${BETWEEN}${kind}`),
    )
  }

  private turn(): void {
    const faults = [...new Set(this.inForce.values())].toSorted().join('+') || 'no fault'
    const known = this.met.get(faults)
    this.now = known ?? new Set()
    if (known === undefined) this.met.set(faults, this.now)
  }
}

/** The kind of message of a situation. */
export const kindOf = (situation: string): string =>
  situation.slice(situation.indexOf(BETWEEN) + BETWEEN.length)

/** The faults of a situation; none for `no fault`. */
export const faultsOf = (situation: string): readonly string[] => {
  const text = situation.slice(0, situation.indexOf(BETWEEN))
  return text === 'no fault' ? [] : text.split('+')
}
