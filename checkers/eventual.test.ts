import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import { eventual, eventualWith } from './eventual.ts'
import { type EventInput, History } from './history.ts'
import { departures, replicaHistories } from './testing/eventual.ts'
import { only } from './testing/histories.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 2500)
const seed = 20261121

/** `NODE PROCESS TYPE F[@KEY] VALUE`, as JSON. */
const at = (...text: readonly string[]): History =>
  History.from(
    text.map((line, position): EventInput => {
      const [, node, process, type, f, key, value] =
        /^(\w+) (\d+) (\w+) (\w+)(?:@(\S+))?(?: (.*))?$/.exec(line)!
      return {
        node: node!,
        process: Number(process),
        type: type as EventInput['type'],
        f: f!,
        ...(key === undefined ? {} : { key }),
        value: value === undefined ? null : (JSON.parse(value) as unknown),
        time: position * 1e8,
      }
    }),
  )
const done = (node: string, process: number, f: string, value: unknown): string[] => [
  `${node} ${process} invoke ${f} ${JSON.stringify(value)}`,
  `${node} ${process} ok ${f} ${JSON.stringify(value)}`,
]
const read = (node: string, process: number, value: unknown, key = ''): string[] => [
  `${node} ${process} invoke read${key}`,
  `${node} ${process} ok read${key} ${JSON.stringify(value)}`,
]
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []
const judge = (...text: readonly string[]): Verdict => eventual(at(...text), unlimited)

describe('replicas are eventually consistent when', () => {
  test('stale reads come before the history is at rest, and all agree afterwards', () => {
    const text = [...done('n1', 0, 'add', 1), ...read('n2', 1, []), ...done('n1', 0, 'add', 2)]
    const final = [...read('n1', 0, [1, 2]), ...read('n2', 1, [2, 1])]
    expect(judge(...text, ...final)).toMatchObject({ valid: true, stats: { convergenceMs: 0 } })
  })

  // Vogels 2009, "Eventually Consistent", §Client-side consistency: the inconsistency window.
  test('a replica catches up within the window: its last read counts', () => {
    const text = [...done('n1', 0, 'write', 5), ...read('n2', 1, null), ...read('n1', 0, 5)]
    expect(judge(...text, ...read('n2', 1, 5))).toMatchObject({
      valid: true,
      stats: { convergenceMs: 100 },
    })
  })

  test('an element was removed and is absent everywhere', () => {
    const text = [...done('n1', 0, 'add', 1), ...done('n2', 1, 'remove', 1)]
    expect(judge(...text, ...read('n1', 0, []), ...read('n2', 1, [])).valid).toBe(true)
  })

  test('concurrent writes end in either of them', () => {
    const text = [
      'n1 0 invoke write 1',
      'n2 1 invoke write 2',
      'n1 0 ok write 1',
      'n2 1 ok write 2',
    ]
    for (const value of [1, 2])
      expect(judge(...text, ...read('n1', 0, value), ...read('n2', 1, value)).valid).toBe(true)
  })

  test('clocks of replicas decide, and that order may be any', () => {
    const text = [...done('n1', 0, 'write', 1), ...done('n2', 1, 'write', 2)]
    const history = at(...text, ...read('n1', 0, 1), ...read('n2', 1, 1))
    expect(eventualWith({ order: 'any' })(history, unlimited).valid).toBe(true)
    expect(found(eventual(history, unlimited))[0]?.type).toBe('lost')
  })
})

describe('replicas are not eventually consistent when', () => {
  // DeCandia et al., "Dynamo", SOSP 2007, §4.4: a deleted item of the shopping cart comes back.
  test('a removed element is there again: it is resurrected', () => {
    const text = [...done('n1', 0, 'add', 1), ...done('n2', 1, 'remove', 1)]
    const [anomaly] = found(judge(...text, ...read('n1', 0, [1]), ...read('n2', 1, [1])))
    expect(anomaly).toMatchObject({ type: 'resurrected', ops: [0, 2, 4], elements: [1] })
    expect(anomaly?.summary).toBe(
      "element 1 is resurrected: all 2 replicas agree and n1 holds element 1 (process 0's read of " +
        "0.400 s), but process 1's remove, begun at 0.200 s, after every add of it was over, was " +
        'acknowledged at 0.300 s',
    )
  })

  // Kingsbury, "Call me maybe: Cassandra" (2013): acknowledged writes that no replica shows in the end.
  test('no replica shows an acknowledged element: it is lost', () => {
    const text = [...done('n1', 0, 'add', 1), ...done('n1', 0, 'add', 2)]
    const [anomaly] = found(judge(...text, ...read('n1', 0, [1]), ...read('n2', 1, [1])))
    expect(anomaly).toMatchObject({ type: 'lost', ops: [2, 4], elements: [2] })
  })

  test('all replicas fall back to a value that was overwritten: the write is lost', () => {
    const text = [...done('n1', 0, 'write', 1), ...done('n2', 1, 'write', 2)]
    const [anomaly] = found(judge(...text, ...read('n1', 0, 1), ...read('n2', 1, 1)))
    expect(anomaly).toMatchObject({ type: 'lost', ops: [0, 2, 4], elements: ['the register'] })
    expect(anomaly?.summary).toContain(
      "the register = 1 (process 0's read of 0.400 s), but process 1's write of 2 was acknowledged " +
        'at 0.300 s and began after every write of 1 was over (0.100 s)',
    )
  })

  // Terry et al., "Managing Update Conflicts in Bayou", SOSP 1995, §1: replicas must converge.
  test('two replicas differ in the end: they have diverged', () => {
    const text = [...done('n1', 0, 'add', 1), ...read('n1', 0, [1]), ...read('n2', 1, [])]
    const [anomaly, ...others] = found(judge(...text))
    expect(others).toEqual([])
    expect(anomaly).toMatchObject({ type: 'divergence', ops: [2, 4], elements: [1] })
    expect(anomaly?.summary).toBe(
      "the replicas differ in the end about element 1: n1 holds element 1 (process 0's read of " +
        "0.200 s), n2 lacks element 1 (process 1's read of 0.400 s)",
    )
  })

  test('a read holds what nobody added, or an element twice', () => {
    const text = [...done('n1', 0, 'add', 1), ...read('n1', 0, [1, 1, 7])]
    expect(found(judge(...text))).toMatchObject([
      { type: 'phantom', ops: [2], elements: [7] },
      { type: 'duplicated', ops: [2], elements: [1] },
    ])
  })

  test('a key of many is lost, and only that one', () => {
    const write = (key: string) => [`n1 0 invoke write@${key} 1`, `n1 0 ok write@${key} 1`]
    const text = [...write('x'), ...write('y'), ...read('n1', 0, 1, '@x')]
    const [anomaly] = found(judge(...text, ...read('n1', 0, null, '@y')))
    expect(anomaly).toMatchObject({ type: 'lost', ops: [2, 6], elements: ['y'] })
  })
})

describe('it is unknown when', () => {
  const fault: EventInput = {
    ...{ process: 'nemesis', type: 'invoke', f: 'partition' },
    value: { phase: 'inject', episode: 1, planned: null },
  }
  const reasons: Record<string, readonly [readonly string[], string]> = {
    'nothing was read': [
      done('n1', 0, 'add', 1),
      'nothing was ever read; not read in the end: at n1',
    ],
    'a replica was not read in the end': [
      [...read('n2', 1, []), ...done('n1', 0, 'add', 1), ...read('n1', 0, [1])],
      'not read in the end: at n2',
    ],
    'concurrent last reads of a replica differ': [
      [
        ...done('n1', 0, 'add', 1),
        ...['n1 0 invoke read', 'n1 1 invoke read', 'n1 0 ok read [1]', 'n1 1 ok read []'],
      ],
      'concurrent last reads of one replica differ: element 1',
    ],
    'an update of unknown outcome may have come between the reads': [
      ['n1 0 invoke add 1', 'n1 0 info add 1', ...read('n2', 1, []), ...read('n1', 2, [1])],
      'updates of unknown outcome may have come between reads that differ: element 1',
    ],
    'the operations are those of something else': [
      ['n1 0 invoke enqueue 1'],
      'eventual cannot read this history: operation 0: f "enqueue": expected read, write or cas',
    ],
  }
  for (const [name, [text, reason]] of Object.entries(reasons))
    test(name, () => {
      expect(judge(...text)).toMatchObject({ valid: 'unknown', reason })
    })

  test('a fault was not healed', () => {
    const reads = at(...read('n1', 0, []))
    const history = History.from([fault, ...[...reads].map(({ index: _, ...event }) => event)])
    expect(eventual(history, unlimited)).toMatchObject({
      reason: 'the fault partition (episode 1) was not healed',
    })
  })

  test('the reads come before the time of grace is over', () => {
    const text = [...done('n1', 0, 'add', 1), ...read('n1', 0, [1]), ...read('n2', 1, [])]
    const graceful = eventualWith({ graceMs: 1000 })
    expect(graceful(at(...text), unlimited)).toMatchObject({
      reason: 'not read in the end: at n1, at n2',
    })
  })

  test('the limits end it', () => {
    const limits = { exceeded: () => 'beyond the memory limit' }
    expect(eventual(at(...read('n1', 0, [])), limits)).toMatchObject({
      reason: 'beyond the memory limit',
    })
  })
})

const departuresFound = (verdict: Verdict): readonly string[] =>
  found(verdict).flatMap(({ type, elements }) => elements!.map((element) => `${type} ${element}`))

const orders = fc.constantFrom('any' as const, 'realtime' as const)

describe.each(['set', 'register'] as const)('on random histories of a %s', (kind) => {
  test('it finds exactly what the definition finds, in either order', () => {
    fc.assert(
      fc.property(replicaHistories(kind), orders, (history, order) => {
        const verdict = eventualWith({ order })(history, unlimited)
        const expected = departures(history, order)
        const certain = expected.filter((one) => one !== 'unknown')
        expect(departuresFound(verdict).toSorted()).toEqual(certain)
        if (certain.length === 0)
          expect(verdict.valid).toBe(
            expected.length > 0 || ![...history.operations()].some(isOkRead) ? 'unknown' : true,
          )
      }),
      { numRuns, seed },
    )
  })

  test('every proof departs by itself, and without any of its operations it does not', () => {
    fc.assert(
      fc.property(replicaHistories(kind), (history) => {
        for (const { type, ops } of found(eventual(history, unlimited))) {
          const departs = (some: readonly number[]): boolean =>
            departures(only(history, some)).some((one) => one.startsWith(type))
          expect(departs(ops)).toBe(true)
          for (const op of ops) expect(departs(ops.filter((other) => other !== op))).toBe(false)
        }
      }),
      { numRuns, seed },
    )
  })
})

const isOkRead = ({
  invoke: { f },
  outcome,
}: {
  invoke: { f: string }
  outcome: string
}): boolean => f === 'read' && outcome === 'ok'
