/**
 * Knows when something happens that an episode waits for: it hears every event of the run as it is recorded,
 * and what the nodes print. Counts of a wait begin with the wait. Hearing an operation costs a
 * comparison, because there are thousands a second.
 */
import type { HistoryEvent } from '../../checkers/history.ts'
import type { FaultRecord, Observation } from '../../checkers/ledger.ts'
import type { PlannedEpisode, Schedule, Trigger } from '../../results/schedule.ts'
import type { ClusterNode, PrintedLine } from '../api.ts'
import { awaited } from './times.ts'

/** What may come: for each kind of wait, what it hears. */
interface Wait {
  readonly leaderChange?: () => void
  readonly printed?: (line: PrintedLine) => void
  /** An episode was installed, or healed. */
  readonly episode?: (phase: 'installed' | 'healed', number: number) => void
}

export class Triggers {
  private oks = 0
  /** Count of ok operations → who waits for it; the smallest of them is what `hear` compares with. */
  private readonly okWaits = new Map<number, (() => void)[]>()
  private nextOk = Number.POSITIVE_INFINITY
  private leaders: readonly string[] | undefined
  private readonly done = { installed: new Set<number>(), healed: new Set<number>() }
  private readonly waits = new Set<Wait>()

  constructor(private readonly episodes: readonly PlannedEpisode[]) {}

  /** Hears an event of the run. */
  hear(event: HistoryEvent): void {
    if (event.process !== 'nemesis') {
      if (event.type === 'ok' && ++this.oks >= this.nextOk) this.reached()
    } else if (event.f === 'observe') this.observed(event.value as Observation)
    else if (event.type === 'ok') this.recorded(event.value as FaultRecord)
  }

  /** Hears a line that a node printed. */
  print(line: PrintedLine): void {
    for (const { printed } of this.waits) printed?.(line)
  }

  /**
   * Resolves with true when it comes, from now on, and with false when the signal aborts first. `nodes` are
   * those of the cluster.
   */
  async comes(
    trigger: Trigger,
    nodes: readonly ClusterNode[],
    signal: AbortSignal,
  ): Promise<boolean> {
    if (signal.aborted) return false
    return new Promise((resolve) => {
      let forget = (): void => {}
      const end = (came: boolean): void => {
        forget()
        signal.removeEventListener('abort', missed)
        resolve(came)
      }
      const missed = (): void => end(false)
      signal.addEventListener('abort', missed)
      forget = this.wait(trigger, nodes, () => end(true))
    })
  }

  /** @returns what ends the wait */
  private wait(trigger: Trigger, nodes: readonly ClusterNode[], came: () => void): () => void {
    if ('after' in trigger) return this.waitForOks(this.oks + trigger.after.ok, came)
    switch (trigger.on) {
      case 'leader-change': {
        const heard = nth(trigger.nth, came)
        return this.add({ leaderChange: heard })
      }
      case 'log': {
        const { pattern, node, role } = trigger
        const expression = new RegExp(pattern)
        const heard = nth(trigger.nth, came)
        const names = nodes
          .filter((one) => (node ?? one.name) === one.name && (role ?? one.role) === one.role)
          .map(({ name }) => name)
        return this.add({
          printed: (line) => {
            if (names.includes(line.node) && expression.test(line.text)) heard()
          },
        })
      }
      case 'installed':
      case 'healed': {
        const wanted = awaited(trigger, this.episodes)
        const { on } = trigger
        if (wanted !== undefined && this.done[on].has(wanted)) {
          queueMicrotask(came)
          return () => {}
        }
        return this.add({
          episode: (phase, number) => {
            if (phase === on && number === wanted) came()
          },
        })
      }
    }
  }

  private add(wait: Wait): () => void {
    this.waits.add(wait)
    return () => this.waits.delete(wait)
  }

  private waitForOks(wanted: number, came: () => void): () => void {
    this.okWaits.set(wanted, [...(this.okWaits.get(wanted) ?? []), came])
    this.nextOk = Math.min(this.nextOk, wanted)
    return () => {
      const left = this.okWaits.get(wanted)?.filter((other) => other !== came) ?? []
      if (left.length > 0) this.okWaits.set(wanted, left)
      else this.okWaits.delete(wanted)
      this.nextOk = Math.min(Number.POSITIVE_INFINITY, ...this.okWaits.keys())
    }
  }

  private reached(): void {
    const due = [...this.okWaits].filter(([wanted]) => wanted <= this.oks)
    for (const [, callbacks] of due) for (const came of callbacks) came()
  }

  /** The first sighting says who leads at the start; a change is a leader that did not lead before. */
  private observed(value: Observation): void {
    if (value.kind !== 'primaries' || value.primaries.length === 0) return
    const before = this.leaders
    this.leaders = value.primaries
    if (before === undefined || value.primaries.every((name) => before.includes(name))) return
    for (const { leaderChange } of [...this.waits]) leaderChange?.()
  }

  private recorded(value: FaultRecord): void {
    if (value.phase !== 'injected' && value.phase !== 'healed') return
    const phase = value.phase === 'injected' ? 'installed' : 'healed'
    this.done[phase].add(value.episode)
    for (const { episode } of [...this.waits]) episode?.(phase, value.episode)
  }
}

/** Calls back at the nth call, once. */
const nth = (wanted: number | undefined, came: () => void): (() => void) => {
  let seen = 0
  return () => {
    if (++seen === (wanted ?? 1)) came()
  }
}

/** Whether an episode waits for something that nodes print. */
export const waitsForLogs = ({ episodes }: Schedule): boolean =>
  episodes.some(({ when, until }) =>
    [when, until].some((one) => one !== undefined && 'on' in one && one.on === 'log'),
  )

/** What is waited for, in words. */
export const triggerText = (trigger: Trigger): string => {
  if ('after' in trigger) return `${trigger.after.ok} ok operations`
  switch (trigger.on) {
    case 'leader-change':
      return trigger.nth === undefined ? 'a change of leader' : `${trigger.nth} changes of leader`
    case 'log': {
      const who = trigger.node ?? trigger.role
      return `a log line /${trigger.pattern}/${who === undefined ? '' : ` of ${who}`}`
    }
    case 'installed':
    case 'healed':
      return `episode ${trigger.episode} ${trigger.on}`
  }
}
