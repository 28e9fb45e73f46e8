/**
 * What a person sees while a run goes on: on a terminal one status line that is kept up to date, with
 * the events above it; elsewhere (CI, a pipe) plain lines, a status one every ten seconds. It goes to
 * standard error, so that standard output holds results alone.
 */
import chalk from 'chalk'
import type { HistoryEvent } from '../checkers/history.ts'
import type { FaultRecord, Observation } from '../checkers/ledger.ts'
import { monotonicMs } from './clock.ts'

const STATUS_MS = { terminal: 250, plain: 10_000 }

export class Progress {
  private readonly terminal = process.stderr.isTTY === true
  private readonly begun = monotonicMs()
  private readonly counts = { ok: 0, fail: 0, info: 0 }
  private readonly active = new Set<string>()
  private primaries: readonly string[] = []
  private phase = ''
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly quiet: 'quiet' | 'loud') {}

  /** One line about what happens now. */
  line(text: string): void {
    if (this.quiet === 'quiet') return
    const at = chalk.dim(`${((monotonicMs() - this.begun) / 1000).toFixed(1).padStart(6)} s`)
    process.stderr.write(`${this.terminal ? '\r\u001b[2K' : ''}${at}  ${text}\n`)
  }

  /** Shows status until `stop`. */
  start(): void {
    if (this.quiet === 'quiet') return
    const every = this.terminal ? STATUS_MS.terminal : STATUS_MS.plain
    this.timer = setInterval(() => this.status(), every)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
    if (this.terminal && this.quiet === 'loud') process.stderr.write('\r\u001b[2K')
  }

  /** Hears every event of the history. */
  event(event: HistoryEvent): void {
    if (event.process === 'nemesis') this.nemesis(event)
    else if (event.type !== 'invoke') this.counts[event.type]++
  }

  private nemesis({ f, value, error }: HistoryEvent): void {
    if (f === 'observe') this.observation(value as Observation)
    else this.fault(f, value as FaultRecord, error)
  }

  private fault(f: string, record: FaultRecord, error: string | undefined): void {
    if (record.phase === 'injected') {
      this.active.add(f)
      this.line(
        error === undefined
          ? `${chalk.yellow(f)} on ${record.targets.join(', ')} in ${record.installMs} ms: ${record.evidence.summary}`
          : `${chalk.red(f)} ${error}: ${record.evidence.summary}`,
      )
    }
    if (record.phase === 'healed') {
      this.active.delete(f)
      this.line(`${chalk.green(f)} healed in ${record.healMs} ms: ${record.evidence.summary}`)
    }
  }

  private observation(value: Observation): void {
    if (value.kind === 'primaries') {
      this.primaries = value.primaries
      this.line(`leads: ${value.primaries.join(', ') || 'nobody'}`)
    }
    if (value.kind === 'phase') {
      this.phase = value.phase
      this.line(chalk.bold(value.phase))
    }
    if (value.kind === 'recovered') this.line(`recovered after ${value.afterMs} ms`)
    if (value.kind === 'warning') this.line(chalk.yellow(value.message))
  }

  private status(): void {
    const { ok, fail, info } = this.counts
    const faults = this.active.size === 0 ? '' : `  ${chalk.yellow([...this.active].join(', '))}`
    const leads = this.primaries.length === 0 ? '' : `  leads: ${this.primaries.join(', ')}`
    const text = `${this.phase || 'set-up'}  ${ok} ok  ${fail} fail  ${info} info${faults}${leads}`
    if (!this.terminal) {
      this.line(text)
      return
    }
    const seconds = ((monotonicMs() - this.begun) / 1000).toFixed(0)
    process.stderr.write(`\r\u001b[2K${chalk.dim(`${seconds.padStart(4)} s`)}  ${text}`)
  }
}
