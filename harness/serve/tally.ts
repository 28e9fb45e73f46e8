/** What has happened in a run so far, kept up to date event by event: for those who watch it. */
import type { HistoryEvent } from '../../checkers/history.ts'
import type { FaultRecord, Observation } from '../../checkers/ledger.ts'
import { line } from '../../results/report/text.ts'

export interface KindTally {
  readonly f: string
  ok: number
  fail: number
  info: number
}

/** What a watcher is shown; times in seconds since the run began. */
export interface Live {
  readonly atS: number
  readonly phase: string
  readonly kinds: readonly Readonly<KindTally>[]
  /** Operations that were begun and not completed. */
  readonly open: number
  /** ok operations in each of the last seconds, the present one last. */
  readonly okPerSecond: readonly number[]
  readonly faults: readonly {
    readonly fault: string
    readonly targets: string
    readonly sinceS: number
  }[]
  /** Faults that came and went. */
  readonly healed: number
  readonly primaries: readonly string[]
  readonly warnings: readonly string[]
}

const SECONDS = 60
const WARNINGS = 5
/** Kinds of operations that are told apart: a history from elsewhere may have any number. */
const KINDS = 50

/** Hears the events of one run in their order. The fields of a foreign event may be anything. */
export class Tally {
  private readonly kinds = new Map<string, KindTally>()
  private readonly seconds = new Map<number, number>()
  private readonly active = new Map<unknown, Live['faults'][number]>()
  private atS = 0
  private begun = 0
  private ended = 0
  private healed = 0
  private phase = ''
  private primaries: readonly string[] = []
  private warnings: readonly string[] = []

  hear(event: HistoryEvent): void {
    if (typeof event.time === 'number') this.atS = event.time / 1e9
    if (event.process === 'nemesis') this.nemesis(event)
    else if (event.type === 'invoke') this.begun++
    else this.completed(event)
  }

  get live(): Live {
    const now = Math.floor(this.atS)
    const from = Math.max(0, now - SECONDS + 1)
    return {
      atS: this.atS,
      phase: this.phase,
      kinds: [...this.kinds.values()],
      open: this.begun - this.ended,
      okPerSecond: Array.from(
        { length: now - from + 1 },
        (_, at) => this.seconds.get(from + at) ?? 0,
      ),
      faults: [...this.active.values()],
      healed: this.healed,
      primaries: this.primaries,
      warnings: this.warnings,
    }
  }

  private completed({ f, type }: HistoryEvent): void {
    this.ended++
    const own = line(String(f), 60)
    const name = this.kinds.has(own) || this.kinds.size < KINDS ? own : 'others'
    const kind = this.kinds.get(name) ?? { f: name, ok: 0, fail: 0, info: 0 }
    this.kinds.set(name, kind)
    if (type === 'ok') {
      kind.ok++
      const second = Math.floor(this.atS)
      this.seconds.set(second, (this.seconds.get(second) ?? 0) + 1)
      this.seconds.delete(second - SECONDS)
    } else if (type === 'fail') kind.fail++
    else kind.info++
  }

  private nemesis({ f, value }: HistoryEvent): void {
    if (typeof value !== 'object' || value === null) return
    if (f === 'observe') this.observed(value as Observation)
    else this.fault(String(f), value as FaultRecord)
  }

  private fault(f: string, record: FaultRecord): void {
    if (record.phase === 'injected') {
      const targets = [record.targets ?? []].flat().map((one) => line(String(one), 60))
      const fault = { fault: line(f, 60), targets: targets.join(', '), sinceS: this.atS }
      this.active.set(record.episode, fault)
    }
    if (record.phase === 'healed' && this.active.delete(record.episode)) this.healed++
  }

  private observed(value: Observation): void {
    if (value.kind === 'phase') this.phase = line(String(value.phase), 60)
    if (value.kind === 'primaries')
      this.primaries = [value.primaries ?? []].flat().map((one) => line(String(one), 60))
    if (value.kind === 'warning')
      this.warnings = [...this.warnings, line(String(value.message), 300)].slice(-WARNINGS)
  }
}
