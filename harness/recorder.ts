/**
 * Gives every event its index and its time and appends it to the run's history on disk, at the latest a
 * few milliseconds after it happened: what a killed controller leaves is always a prefix of what
 * happened, which is what makes it fit to be judged.
 */
import type { Call, HistoryEvent } from '../checkers/history.ts'
import type { FaultRecord, Observation } from '../checkers/ledger.ts'
import type { Clock } from './clock.ts'
import type { Unplaced } from './interpreter.ts'

/** Where events are kept: on disk, or in memory. */
export interface EventLog {
  append(event: HistoryEvent): void
  /** Writes what was appended. */
  flush(): void
  close(): void
}

export interface RecorderOptions {
  readonly clock: Clock
  readonly log: EventLog
  /** Hears every event, after it was recorded. */
  readonly listen: (event: HistoryEvent) => void
  /** Hears that the history can no longer be written: the disk is full. */
  readonly failed: (error: unknown) => void
}

/** How long an event may wait to be written, ms: a write a turn would cost as much as the operation. */
const FLUSH_MS = 4

export class Recorder {
  private index = 0
  private last = 0
  private flushing = false

  constructor(private readonly options: RecorderOptions) {}

  /**
   * Appends an event, which becomes the recorder's own. Its time never runs backwards: a completion that
   * waited gets the later time.
   */
  record<C extends Call>(event: Unplaced<C>): HistoryEvent<C> {
    const { clock, log, listen } = this.options
    const time = Math.max(event.time ?? clock.now(), this.last)
    const own = event as unknown as { index: number; time: number }
    own.index = this.index++
    own.time = time
    const placed = event as unknown as HistoryEvent<C>
    this.last = time
    log.append(placed)
    listen(placed)
    if (!this.flushing) {
      this.flushing = true
      setTimeout(this.flush, FLUSH_MS)
    }
    return placed
  }

  /** Appends a line of the fault ledger. */
  fault(
    name: string,
    type: 'invoke' | 'ok' | 'fail' | 'info',
    value: FaultRecord,
    error?: string,
  ): HistoryEvent {
    return this.record({
      process: 'nemesis',
      type,
      f: name,
      value,
      ...(error === undefined ? {} : { error }),
    })
  }

  observe(value: Observation): HistoryEvent {
    return this.record({ process: 'nemesis', type: 'info', f: 'observe', value })
  }

  /** Writes what is left. No event may follow. */
  close(): void {
    this.flush()
    this.options.log.close()
  }

  private readonly flush = (): void => {
    this.flushing = false
    try {
      this.options.log.flush()
    } catch (error) {
      this.options.failed(error)
    }
  }
}
