import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventInput, History, HistoryError } from '../../checkers/history.ts'
import { FormatError, readHistoryFrom } from './read.ts'
import { type WriterName, writers } from './write.ts'

const runs = Number(process.env.SCHISM_RUNS ?? 2000)
const patience = 60_000 + runs
const written = (format: WriterName, history: History): string =>
  [...writers[format](history)].join('')

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    2 ** 53,
    -(2 ** 60),
    1e300,
    1e-7,
    1e21,
    '12345678901234567',
    ':x',
    '',
    '\u0000\u2028"\\',
  ),
  fc.array(fc.nat(5), { maxLength: 3 }),
)
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('timeout', ':a b'))
const key = fc.oneof(fc.integer(), fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }))

/** Histories whose clients' events all have keys, or none. */
const histories = fc.boolean().chain((keyed) =>
  fc
    .array(
      fc.record(
        {
          process: fc.oneof({ weight: 5, arbitrary: fc.nat(4) }, fc.constant('nemesis' as const)),
          f: fc.oneof(
            fc.constantFrom('read', 'write', 'compare-and-set'),
            fc.string({ minLength: 1 }),
          ),
          type: fc.constantFrom('ok' as const, 'fail' as const, 'info' as const),
          key,
          value,
          node: text,
          error: text,
          passed: fc.nat(1_000_000),
        },
        { requiredKeys: ['process', 'f', 'type', 'key', 'value', 'passed'] },
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((steps) => {
      const events: EventInput[] = []
      const open = new Map<number, string>()
      let time = 0
      let index = 0
      for (const { passed, key, ...step } of steps) {
        time += passed
        index += 1 + (passed % 3)
        const common = { ...step, time, index }
        if (step.process === 'nemesis') events.push(common)
        else {
          const f = open.get(step.process)
          if (f === undefined) open.set(step.process, step.f)
          else open.delete(step.process)
          const event = { ...common, ...(f === undefined ? { type: 'invoke' as const } : { f }) }
          events.push(keyed ? { ...event, key } : event)
        }
      }
      try {
        return { keyed, history: History.from(events) }
      } catch (error) {
        if (!(error instanceof HistoryError)) throw error
        return { keyed, history: History.from(events.slice(0, 1)) }
      }
    }),
)

describe('what is written and read back is the same history', () => {
  const plain = (history: History): unknown => JSON.parse(JSON.stringify([...history]))

  test(
    'in JSON lines',
    () => {
      fc.assert(
        fc.property(histories, ({ history }) => {
          const again = readHistoryFrom(written('jsonl', history), 'h')
          expect(plain(again.history)).toEqual(plain(history))
          expect(again.notes).toEqual([])
        }),
        { numRuns: runs, seed: 20261121 },
      )
    },
    patience,
  )

  test(
    'in EDN',
    () => {
      fc.assert(
        fc.property(histories, ({ keyed, history }) => {
          const clients = [...history].some(({ process }) => process !== 'nemesis')
          const options = { format: 'edn', independent: keyed && clients } as const
          const again = readHistoryFrom(written('edn', history), 'h', options)
          expect(plain(again.history)).toEqual(plain(history))
          expect(again.notes).toEqual([])
        }),
        { numRuns: runs, seed: 20261121 },
      )
    },
    patience,
  )
})

describe('EDN', () => {
  const history = History.from([
    { type: 'invoke', process: 0, f: 'cas', key: 'x', value: [1, 2], time: 5, node: 'n1' },
    { type: 'info', process: 0, f: 'cas', key: 'x', value: [1, 2], time: 9, error: 'timeout' },
    { type: 'info', process: 'nemesis', f: 'kill', value: { nodes: ['n1'] }, time: 10 },
  ])

  test('is what Jepsen reads', () => {
    expect(written('edn', history)).toBe(
      `{:index 0, :time 5, :type :invoke, :process 0, :f :cas, :value ["x" [1 2]], :node "n1"}
{:index 1, :time 9, :type :info, :process 0, :f :cas, :value ["x" [1 2]], :error "timeout"}
{:index 2, :time 10, :type :info, :process :nemesis, :f :kill, :value {"nodes" ["n1"]}}
`,
    )
  })

  test('of some keys only is refused', () => {
    const mixed = History.from([
      { type: 'invoke', process: 0, f: 'read', key: 'x', value: null },
      { type: 'invoke', process: 1, f: 'read', value: null },
    ])
    expect(() => writers.edn(mixed)).toThrow(FormatError)
    expect(() => writers.edn(mixed)).toThrow(
      'operation 1 (invoked) has no key, unlike those before',
    )
  })
})
