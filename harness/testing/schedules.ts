/** For tests of schedules: plays one with faults that say what happens to them, on virtual time. */
import type { PlannedEpisode, Schedule } from '../../results/schedule.ts'
import type { Fault } from '../api.ts'
import { seconds, sleep } from '../clock.ts'
import { random } from '../random.ts'
import { Injector } from '../schedule/injector.ts'
import { Triggers } from '../schedule/triggers.ts'
import { type Behaviour, TestRecorder, testCluster, testFault } from './faults.ts'
import { VirtualClock } from './virtual-clock.ts'

const plan = { targets: ['n1'] }
/** An episode of 2 s on n1, unless changed. */
export const episode = (fault: string, changes: Partial<PlannedEpisode> = {}): PlannedEpisode => ({
  for: 2,
  fault,
  plan,
  ...changes,
})

export interface Play {
  readonly faults?: Readonly<Record<string, Behaviour>>
  readonly unheld?: 'fail' | 'warn'
  /** s after which the main phase ends. */
  readonly limitS?: number
  /** Happens beside the schedule. */
  readonly beside?: (stage: {
    clock: VirtualClock
    recorder: TestRecorder
    triggers: Triggers
  }) => Promise<void>
}

/** What became of a schedule, line by line. */
export const play = async (content: Schedule | readonly PlannedEpisode[], options: Play = {}) => {
  const schedule: Schedule = 'episodes' in content ? content : { episodes: [...content] }
  const clock = new VirtualClock()
  const triggers = new Triggers(schedule.episodes)
  const recorder = new TestRecorder(clock, (event) => triggers.hear(event))
  const names = new Set(schedule.episodes.map(({ fault }) => fault))
  const faults = new Map<string, Fault>(
    [...names].map((name) => [name, testFault(clock, options.faults?.[name])]),
  )
  const injector = new Injector({
    schedule,
    faults,
    cluster: testCluster(),
    clock,
    recorder,
    triggers,
    random: random(1),
    unheld: options.unheld ?? 'fail',
  })
  const over = new AbortController()
  let error: unknown
  await clock.run(
    Promise.all([
      injector.run(over.signal).catch((thrown: unknown) => {
        error = thrown
      }),
      sleep(clock, seconds(options.limitS ?? 60)).then(() => over.abort()),
      options.beside?.({ clock, recorder, triggers }),
    ]),
  )
  const warnings = recorder.events.flatMap(({ f, value }) =>
    f === 'observe' ? [(value as { message?: string }).message ?? ''] : [],
  )
  const message = error instanceof Error ? error.message : undefined
  return { story: recorder.story(), warnings, message, executed: injector.executed() }
}
