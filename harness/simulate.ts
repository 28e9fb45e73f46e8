/**
 * A whole run in memory: the simulated cluster, the same story as on containers, and the history that came of
 * it, all a function of the run's record. Nothing is written, so that thousands a minute can be tried.
 */
import { History, type HistoryEvent } from '../checkers/history.ts'
import type { RunRecord } from '../results/run.ts'
import type { ExecutedSchedule } from '../results/schedule.ts'
import type { Catalog } from './catalog.ts'
import { simVenue } from './cluster/sim/sim.ts'
import { messageOf } from './errors.ts'
import { Situations } from './hunt/situations.ts'
import type { EventLog } from './recorder.ts'
import { Story } from './story.ts'

export interface Simulated {
  readonly history: History
  readonly executed: ExecutedSchedule
  /** What went wrong beside the tested system: a fault that did not take hold, a program that threw. */
  readonly problems: readonly string[]
  /** How long it was in the simulation, s. */
  readonly simulatedS: number
  /** How many things happened in it: messages that arrived, timers, ends of syncs. */
  readonly steps: number
  /** Which kinds of messages came while which faults were in force, each once. */
  readonly situations: readonly string[]
}

class Memory implements EventLog {
  readonly events: HistoryEvent[] = []

  append(event: HistoryEvent): void {
    this.events.push(event)
  }

  flush(): void {}
  close(): void {}
}

/** Plays a run. Never throws for what the tested system does. */
export const simulate = async (run: RunRecord, catalog: Catalog): Promise<Simulated> => {
  const situations = new Situations()
  const venue = simVenue(run, ({ body }) => situations.message(body.type))
  const log = new Memory()
  const problems: string[] = []
  // Nobody interrupts it. One of its own for each run: a signal remembers everything that ever hung on it.
  const { signal } = new AbortController()
  const story = new Story({
    run,
    catalog,
    clock: venue.clock,
    log,
    up: (system, needs) =>
      venue.up({
        runId: run.id,
        systemName: run.system,
        system,
        nodes: run.nodes,
        options: run.systemOptions,
        needs,
        progress: () => {},
        signal,
      }),
    ready: () => {},
    listen: (event) => situations.event(event),
    say: () => {},
    signal,
  })
  const attempt = (work: Promise<void>): Promise<void> =>
    venue.drive(work).catch((error: unknown) => {
      problems.push(messageOf(error))
    })
  await attempt(story.play())
  await attempt(story.heal())
  await venue.drive(story.down())
  story.close()
  return {
    history: History.from(log.events),
    executed: story.executed(),
    problems,
    simulatedS: venue.clock.now() / 1e9,
    steps: venue.clock.steps,
    situations: situations.list(),
  }
}
