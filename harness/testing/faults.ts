/** For tests only: faults that take the time they are told to on a clock, and a recorder that keeps all. */
import { z } from 'zod'
import type { EventInput, HistoryEvent } from '../../checkers/history.ts'
import type { FaultRecord, Observation } from '../../checkers/ledger.ts'
import type { Cluster, Fault, Topology } from '../api.ts'
import { type Clock, seconds, sleep } from '../clock.ts'
import { resolveTargets, targets } from '../targets.ts'
import { clusterOf } from './loopback.ts'

const schema = z.strictObject({ targets })

/** How a test fault behaves. */
export interface Behaviour {
  readonly acts?: NonNullable<Fault['acts']>
  readonly replaces?: true
  /** s that an injection and a heal take; `hang` never ends. */
  readonly injectS?: number | 'hang'
  readonly healS?: number | 'hang'
  /** Whether the nth injection takes hold; always, unless given. */
  readonly holds?: (nth: number) => boolean
}

export const testFault = (clock: Clock, behaviour: Behaviour = {}): Fault => {
  const { acts, replaces, holds = () => true } = behaviour
  let injections = 0
  let held = true
  const take = (s: number | 'hang' = 0): Promise<void> =>
    s === 'hang' ? new Promise(() => {}) : sleep(clock, seconds(s))
  const fault: Fault<z.infer<typeof schema>> = {
    summary: 'a fault of a test',
    schema,
    unknownNodes: () => [],
    needs: [],
    evidence: 'none',
    ...(acts === undefined ? {} : { acts }),
    ...(replaces === undefined ? {} : { replaces }),
    plan: (_, random) => ({ targets: [random.pick(['n1', 'n2', 'n3'])] }),
    inject: async (cluster, plan) => {
      held = holds(injections++)
      await take(behaviour.injectS)
      const hit = await resolveTargets(cluster, plan.targets)
      return { targets: hit, done: { targets: hit } }
    },
    observe: async () => ({ held, summary: held ? 'shown' : 'not shown' }),
    heal: () => take(behaviour.healS),
    healed: async () => ({ held: true, summary: 'gone' }),
  }
  return fault as unknown as Fault
}

export const testTopology = (size = 3): Topology => ({
  members: Array.from({ length: size }, (_, place) => ({
    name: `n${place + 1}`,
    role: 'server',
    serves: true,
  })),
  hasPrimaries: true,
})

/** A cluster of nodes that do nothing; `n1` leads. */
export const testCluster = (size = 3): Cluster => ({
  ...clusterOf(
    testTopology(size).members.map((member) => ({
      ...member,
      address: '',
      endpoint: (port) => ({ host: '', port }),
    })),
  ),
  primaries: async () => ['n1'],
})

/** Keeps every event with its time in s, and tells it. */
export class TestRecorder {
  readonly events: HistoryEvent[] = []

  constructor(
    private readonly clock: Clock,
    private readonly listen: (event: HistoryEvent) => void,
  ) {}

  fault(f: string, type: HistoryEvent['type'], value: FaultRecord, error?: string): HistoryEvent {
    return this.add({
      process: 'nemesis',
      type,
      f,
      value,
      ...(error === undefined ? {} : { error }),
    })
  }

  observe(value: Observation): HistoryEvent {
    return this.add({ process: 'nemesis', type: 'info', f: 'observe', value })
  }

  /** An operation of a client that was acknowledged. */
  ok(): HistoryEvent {
    return this.add({ process: 0, type: 'ok', f: 'write', value: 1 })
  }

  /** `3 inject kill#0`: what happened when, in s. */
  story(): readonly string[] {
    return this.events.flatMap(({ f, value, time, type }) => {
      const record = value as FaultRecord
      if (f === 'observe' || typeof record !== 'object' || record === null) return []
      if (!('phase' in record)) return []
      const failed = type === 'fail' ? ' failed' : ''
      return [`${Math.round(time / 1e7) / 100} ${record.phase} ${f}#${record.episode}${failed}`]
    })
  }

  private add(event: EventInput): HistoryEvent {
    const placed = { ...event, index: this.events.length, time: this.clock.now() } as HistoryEvent
    this.events.push(placed)
    this.listen(placed)
    return placed
  }
}
