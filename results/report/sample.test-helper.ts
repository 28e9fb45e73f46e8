/**
 * Plausible runs for tests of the reports, made deterministically and in memory: threads that work at
 * a rate, partitions that cut off the leader, fail-overs, time-outs, and what went wrong by then.
 */
import { type EventInput, type History, HistoryBuilder } from '../../checkers/history.ts'
import type { FaultRecord, Observation } from '../../checkers/ledger.ts'
import type { FoundAnomaly, RunRecord, VerdictRecord } from '../run.ts'

export interface Sample {
  readonly run: RunRecord
  readonly verdict: VerdictRecord
  readonly history: History
}

export interface SampleOptions {
  readonly seconds?: number
  /** Operations a second. */
  readonly rate?: number
  /** Without faults nothing is lost and no leader changes. */
  readonly faults?: boolean
}

const THREADS = 10
const NODES = ['n1', 'n2', 'n3']

/** A run of redis-sentinel with a set that loses elements, or of etcd with a register that keeps all. */
export const sampleRun = (
  workload: 'set' | 'register',
  { seconds = 60, rate = 70, faults = true }: SampleOptions = {},
): Sample => {
  const cuts = faults ? [8, 24, 41].filter((at) => at + 7 < seconds) : []
  const events: EventInput[] = [observed(0, { kind: 'phase', phase: 'main' })]
  events.push(observed(0.01, { kind: 'primaries', primaries: ['n1'] }))
  cuts.forEach((at, episode) => {
    events.push(...partition(at, episode))
  })
  if (faults) events.push(observed(seconds + 1.2, { kind: 'recovered', afterMs: 1234 }))
  events.push(observed(seconds + 1.3, { kind: 'phase', phase: 'final' }))
  const clients = workload === 'set' ? adds : registers
  events.push(observed(seconds + 2, { kind: 'phase', phase: 'end' }))
  const builder = new HistoryBuilder()
  const all = clients(seconds, rate, cuts).concat(events)
  for (const event of all.sort((a, b) => a.time! - b.time!)) builder.add(event)
  const history = builder.build()
  return { run: sampleRecord(workload, cuts), verdict: sampleVerdict(workload, history), history }
}

/** A seeded generator of numbers in [0, 1). */
const randoms = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

const ns = (s: number): number => Math.round(s * 1e9)

const observed = (at: number, value: Observation): EventInput => ({
  time: ns(at),
  type: 'info',
  process: 'nemesis',
  f: 'observe',
  value,
})

/** The leader is cut off for six seconds; another one is elected after two. */
const partition = (at: number, episode: number): readonly EventInput[] => {
  const [old, next] = [NODES[episode % 3]!, NODES[(episode + 1) % 3]!]
  const fault = (time: number, type: 'invoke' | 'ok', value: FaultRecord): EventInput => ({
    time: ns(time),
    type,
    process: 'nemesis',
    f: 'partition',
    value,
  })
  const evidence = (what: string) => ({ held: true, summary: what })
  const planned = { shape: 'isolate', targets: 'primary' }
  return [
    fault(at, 'invoke', { phase: 'inject', episode, planned }),
    fault(at + 0.25, 'ok', {
      phase: 'injected',
      episode,
      targets: [old],
      done: { ...planned, targets: [old] },
      installMs: 31,
      observeMs: 218,
      evidence: evidence('4 of 4 cut links dropped a probe; 2 of 2 open links passed it'),
    }),
    observed(at + 2, { kind: 'primaries', primaries: [old, next] }),
    fault(at + 6, 'invoke', { phase: 'heal', episode }),
    fault(at + 6.1, 'ok', {
      phase: 'healed',
      episode,
      healMs: 28,
      observeMs: 75,
      evidence: evidence('6 of 6 links passed a probe'),
    }),
    observed(at + 6.9, { kind: 'primaries', primaries: [next] }),
  ]
}

type Clients = (seconds: number, rate: number, cuts: readonly number[]) => EventInput[]

/** Every thread invokes at its share of the rate; a time-out takes a second and retires the process. */
const threads = (
  [seconds, rate, cuts]: Parameters<Clients>,
  call: (n: number, random: () => number) => Pick<EventInput, 'f' | 'key' | 'value'>,
  answer: (call: Pick<EventInput, 'f' | 'key' | 'value'>) => unknown,
): EventInput[] => {
  const events: EventInput[] = []
  const random = randoms(45100)
  let n = 0
  for (let thread = 0; thread < THREADS; thread++) {
    let process = thread
    for (let at = thread / rate; at < seconds; ) {
      const asked = call(n++, random)
      const node = NODES[thread % 3]!
      const common = { ...asked, process, node }
      const hit = cuts.some((cut) => at > cut && at < cut + 2.2) && random() < 0.4
      const took = hit ? (random() < 0.5 ? 1 : 0.4) : 0.0006 + 0.004 * random() ** 6 + 0.0004
      events.push({ ...common, time: ns(at), type: 'invoke' })
      const done = { ...common, time: ns(at + took) }
      if (hit && took === 1) {
        events.push({ ...done, type: 'info', error: 'timed out after 1000 ms' })
        process += THREADS
      } else if (hit) events.push({ ...done, type: 'fail', error: 'READONLY You can’t write' })
      else events.push({ ...done, type: 'ok', value: answer(asked) })
      at += Math.max(took + 1e-6, (THREADS / rate) * (0.6 + 0.8 * random()))
    }
  }
  return events
}

/** Adds; those of the first cut's last seconds on the old leader are gone in the end. */
const adds: Clients = (seconds, rate, cuts) => {
  const run = [seconds, rate, cuts] as const
  const events = threads(
    run as Parameters<Clients>,
    (n) => ({ f: 'add', value: n }),
    ({ value }) => value,
  )
  const kept = events.filter((event) => event.type === 'ok' && !lost(event, cuts))
  const elements = kept.map(({ value }) => value).slice(0, 20_000)
  const read = { process: 100_000, f: 'read', node: 'n1' }
  return [
    ...events,
    { ...read, time: ns(seconds + 1.4), type: 'invoke', value: null },
    { ...read, time: ns(seconds + 1.43), type: 'ok', value: elements },
  ]
}

const lost = ({ time, node }: EventInput, [cut]: readonly number[]): boolean =>
  cut !== undefined && node === 'n1' && time! > ns(cut + 0.3) && time! < ns(cut + 6)

const registers: Clients = (...run) => {
  const held = new Map<unknown, number>()
  return threads(
    run,
    (n, random) => {
      const key = Math.floor(random() * 8)
      return random() < 0.5 ? { f: 'read', key, value: null } : { f: 'write', key, value: n }
    },
    ({ f, key, value }) => {
      if (f === 'write') held.set(key, value as number)
      return f === 'write' ? value : (held.get(key) ?? null)
    },
  )
}

const sampleVerdict = (workload: 'set' | 'register', history: History): VerdictRecord => {
  const gone: number[] = []
  if (workload === 'set') {
    const operations = [...history.operations()]
    const final = operations.at(-1)!
    const kept = new Set(final.completion?.value as readonly unknown[])
    for (const { invoke, outcome } of operations)
      if (invoke.f === 'add' && outcome === 'ok' && !kept.has(invoke.value)) gone.push(invoke.index)
    if (gone.length > 0) gone.push(final.invoke.index)
  }
  const anomaly: FoundAnomaly = {
    checker: 'set',
    type: 'lost',
    summary: `${gone.length - 1} elements were acknowledged but no final read has them`,
    ops: [...gone.slice(0, 8), ...gone.slice(-1)],
  }
  const broken = gone.length > 0 && gone.length < 10_000
  const stats = broken ? { lost: gone.length - 1 } : {}
  return {
    version: 1,
    input: '/tmp/run',
    valid: !broken,
    anomalies: broken ? [anomaly] : [],
    checkers: {
      [workload === 'set' ? 'set' : 'linearizable']: { valid: !broken, stats },
      stats: { valid: true },
    },
    outcome: broken ? 'violation' : 'valid',
    problems: [],
    notes: [],
  }
}

const sampleRecord = (workload: 'set' | 'register', cuts: readonly number[]): RunRecord => {
  const system = workload === 'set' ? 'redis-sentinel' : 'etcd'
  const plan = { shape: 'isolate', targets: 'primary' }
  return {
    version: 1,
    id: `20260102T030405Z-${system}-${workload}`,
    startedAt: '2026-01-02T03:04:05.000Z',
    command: `schism test ${system} --workload ${workload} --faults partition --nodes 3 --time-limit 60 --rate 70 --seed 45100`,
    seed: 45100,
    system,
    systemVersion: workload === 'set' ? '7.0.15' : '3.4.23',
    systemOptions: workload === 'set' ? {} : { reads: 'linearizable' },
    workload,
    workloadOptions: {},
    faults: cuts.length === 0 ? [] : ['partition'],
    schedule: { episodes: cuts.map((at) => ({ at, for: 6, fault: 'partition', plan })) },
    nodes: 3,
    members: NODES.map((name) => ({ name, role: 'server', serves: true })),
    concurrency: THREADS,
    rate: 70,
    timeLimitS: 60,
    operationTimeoutMs: 1000,
    claim:
      workload === 'set'
        ? {
            model: 'best-effort',
            says: 'asynchronous replication: acknowledged writes can be lost in a fail-over (redis.io, Sentinel)',
          }
        : { model: 'linearizable', says: 'all operations are linearizable by default (etcd.io)' },
    environment: { schism: '0.1.0', node: 'v20.20.2', engine: '20.10.24', kernel: '6.18.44' },
  }
}
