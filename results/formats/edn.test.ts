import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventInput } from '../../checkers/history.ts'
import { readFields } from './edn-form.ts'
import { EdnScan } from './edn-scan.ts'
import { eventOf, fields } from './jepsen.ts'
import { FormatError, readHistoryFrom, recognise } from './read.ts'

const runs = Number(process.env.SCHISM_RUNS ?? 5000)
const patience = 60_000 + runs
const read = (text: string, options = {}) => readHistoryFrom(text, 'h.edn', options)
const events = (text: string, options = {}) => [...read(text, options).history]

const register = [
  '{:type :invoke, :f :write, :value 3, :process 0, :time 10, :index 0}',
  '{:type :ok, :f :write, :value 3, :process 0, :time 20, :index 1}',
  '{:type :invoke, :f :cas, :value [3 4], :process 1, :time 30, :index 2}',
  '{:type :info, :f :cas, :value [3 4], :process 1, :time 40, :index 3, :error :timeout}',
  '{:type :info, :f :start, :value nil, :process :nemesis, :time 50, :index 4}',
]

describe("Jepsen's EDN", () => {
  const expected = [
    { type: 'invoke', f: 'write', value: 3, process: 0, time: 10, index: 0 },
    { type: 'ok', f: 'write', value: 3, process: 0, time: 20, index: 1 },
    { type: 'invoke', f: 'cas', value: [3, 4], process: 1, time: 30, index: 2 },
    { type: 'info', f: 'cas', value: [3, 4], process: 1, time: 40, index: 3, error: 'timeout' },
    { type: 'info', f: 'start', value: null, process: 'nemesis', time: 50, index: 4 },
  ]

  test.each([
    ['a map a line', register.join('\n')],
    ['maps without line ends', register.join(' ')],
    ['one vector', `[${register.join('\n ')}]\n`],
    ['one list', `; a history\n(${register.join(',\n')}\n)`],
    ['records', register.map((line) => `#jepsen.history.Op${line}`).join('\n')],
    ['pretty-printed maps', register.join('\n').replaceAll(', ', ',\n  ')],
    ['comments', register.join('\n; the value is 3 { [\n')],
    ['comments within', register.join('\n').replaceAll(', :value', ' ;"\n #_ #_ (1) 2 :value')],
    ['line ends of Windows', register.join('\r\n')],
    ['a mark of byte order', `\ufeff${register.join('\n')}`],
  ])('is read as %s', (_, text) => {
    expect(recognise(text.replace('\ufeff', ''))).toBe('edn')
    expect(events(text)).toEqual(expected)
  })

  test('may hold forms that are discarded', () => {
    expect(events(`#_ #_ {:a [1 "}"]} {} ${register.join('\n#_{:type :what} #_x\n')}`)).toEqual(
      expected,
    )
  })

  test('makes plain values of all there is', () => {
    const values = {
      ':x': 'x',
      ':a.b/c-d?': 'a.b/c-d?',
      nil: null,
      true: true,
      '#{1 2}': [1, 2],
      '(1 (2) [])': [1, [2], []],
      '{:a 1, "b" {}, 3 [:c]}': { a: 1, b: {}, 3: ['c'] },
      '"a\\n\\"\\u00e9 é"': 'a\n"é é',
      '\\a': 'a',
      '[\\newline \\( \\" \\u0041]': ['\n', '(', '"', 'A'],
      '-7': -7,
      '+7': 7,
      '-0': 0,
      '1.5e3': 1500,
      '7N': 7,
      '1.50M': '1.50',
      '1/3': '1/3',
      '9007199254740993': '9007199254740993',
      '-123456789012345678901234567890N': '-123456789012345678901234567890',
      '100000000000000000000.0': 1e20,
      '#inst "2026-01-01T00:00:00Z"': '2026-01-01T00:00:00Z',
      '#my/tag [1]': { '#my/tag': [1] },
      '{:__proto__ 1}': JSON.parse('{"__proto__": 1}') as unknown,
      '[[:r 1 nil] [:append 2 3]]': [
        ['r', 1, null],
        ['append', 2, 3],
      ],
    }
    for (const [text, value] of Object.entries(values)) {
      const [event] = events(`{:type :invoke, :process 0, :f :write, :value ${text}}\n`)
      expect(event!.value, text).toEqual(value)
    }
  })

  test('tells numbers apart that a double cannot', () => {
    const line = (value: string) =>
      `{:type :invoke, :process ${value.at(-1)}, :f :write, :value ${value}}`
    const [one, other] = events(`${line('1478892817846283001')}\n${line('1478892817846283002')}`)
    expect(one!.value).not.toEqual(other!.value)
  })

  test('keeps errors as text and notes fields that it does not know', () => {
    const { history, notes } = read(
      `{:type :invoke :process 0 :f :read :value nil}
{:type :info :process 0 :f :read :value nil :error [:timeout "5 s"] :debug #error {:via [{:type java.lang.E}]}}`,
    )
    expect(history.error(1)).toBe('["timeout","5 s"]')
    expect(notes).toEqual(['h.edn:2: field "debug" is not known and was left out'])
  })

  test('holds a clock that runs backwards, and says so', () => {
    const line = (time: number, process: number) =>
      `{:type :invoke, :process ${process}, :f :read, :value nil, :time ${time}}`
    const { history, notes } = read([line(-3, 0), line(9, 1), line(7, 2), line(12, 3)].join('\n'))
    expect([...history].map(({ time }) => time)).toEqual([0, 9, 9, 12])
    expect(notes).toEqual(['h.edn:1: times run backwards: the order of the lines counts'])
  })

  test('may break off in its last line, and a note says so', () => {
    const text = `${register.join('\n')}\n`
    for (let cut = 1; cut < register[0]!.length; cut++) {
      const { history, notes } = read(text + register[0]!.slice(0, cut))
      expect(history.length).toBe(5)
      expect(notes).toEqual(['h.edn:6: the last line is cut off and was left out'])
    }
  })

  test('is read in pieces that end anywhere', () => {
    const line = (at: number) =>
      `{:type :${at % 2 === 0 ? 'invoke' : 'ok'}, :f :add, :process ${at >> 1}, :value "${'é'.repeat(300)}${at}"\n}`
    const text = Array.from({ length: 20_000 }, (_, at) => line(at)).join('\n')
    const { history } = read(`[${text}]`)
    expect(history.length).toBe(20_000)
    expect(history.event(19_999).value).toBe(`${'é'.repeat(300)}19999`)
  })
})

describe('independent keys', () => {
  const line = (process: number, type: string, f: string, value: string) =>
    `{:type :${type}, :f :${f}, :value ${value}, :process ${process}}`
  const keyed = [
    line(0, 'invoke', 'write', '[:x 3]'),
    line(0, 'ok', 'write', '[:x 3]'),
    line(1, 'invoke', 'read', '[7 nil]'),
    line(1, 'ok', 'read', '[7 nil]'),
    line(1, 'invoke', 'cas', '[7 [1 2]]'),
    '{:type :info, :f :start, :value [:n1 :n2], :process :nemesis}',
  ].join('\n')
  const note = 'h.edn: every value is [key value]: taken for independent keys (--no-independent)'

  test('are taken out of the values when all values are pairs', () => {
    const { history, notes } = read(keyed)
    expect([...history]).toMatchObject([
      { key: 'x', value: 3 },
      { key: 'x', value: 3 },
      { key: 7, value: null },
      { key: 7, value: null },
      { key: 7, value: [1, 2] },
      { process: 'nemesis', value: ['n1', 'n2'] },
    ])
    expect(notes).toEqual([note])
  })

  test('are left alone when told so, and taken without a note when told so', () => {
    expect(events(keyed, { independent: false })[0]).toMatchObject({ value: ['x', 3] })
    expect(read(keyed, { independent: true }).notes).toEqual([])
    expect(events(keyed, { independent: true })[0]).toMatchObject({ key: 'x', value: 3 })
  })

  test.each([
    ['a compare-and-set of plain values', line(0, 'invoke', 'cas', '[1 2]')],
    ['one value that is no pair', `${keyed}\n${line(5, 'invoke', 'read', 'nil')}`],
    ['writes of pairs, which may be pairs', line(0, 'invoke', 'write', '[1 2]')],
    ['transactions of two operations', line(0, 'invoke', 'txn', '[[:r 1 nil] [:w 2 3]]')],
    ['a key of its own', '{:type :invoke, :process 0, :f :read, :key 1, :value [2 nil]}'],
  ])('are not seen in %s', (_, text) => {
    const { history, notes } = read(text)
    expect(notes).toEqual([])
    expect(history.event(0).value).not.toBeNull()
    expect(Array.isArray(history.event(0).value)).toBe(true)
  })

  test('are refused when asked for and not there', () => {
    expect(() => read(register.join('\n'), { independent: true })).toThrow(
      'h.edn: not every value is [key value]: expected an independent history',
    )
    expect(() => readHistoryFrom('{"type":"invoke"', 'h', { independent: true })).toThrow(
      'h: only edn and json have independent keys: found jsonl',
    )
  })

  test('are told by their tag', () => {
    const text = '{:type :invoke, :process 0, :f :read, :value #jepsen.independent/tuple [4 nil]}'
    expect(events(text)[0]).toMatchObject({ key: 4, value: null })
  })
})

describe('refused with file, line and column is', () => {
  const whole = '{:type :invoke, :process 0, :f :read, :value nil}'
  test.each([
    [
      'a value without a key',
      '{:type :invoke, :process}',
      '1:1: a map with an odd number of forms',
    ],
    [
      'a key that is there twice',
      '{:type :ok, :type :ok}',
      '1:1: found "{:type :ok, :type :ok}": expected every key once',
    ],
    ['a bracket of another kind', `${whole}\n{:type [1 }}`, '2:11: found "}": expected "]"'],
    ['a bracket too many', `${whole}\n }\n${whole}`, '2:2: found "}\\n{:type'],
    ['what is no map', `${whole}\n 5 ${whole}`, '2:2: found "5 {:type'],
    [
      'a word that is no value',
      '{:type :invoke, :process 0, :f :read, :value nul}',
      '1:1: found "nul": expected a value',
    ],
    [
      'a number with a leading zero',
      '{:type :invoke, :process 0, :f :read, :value 017}',
      '1:1: found "017": expected a number',
    ],
    [
      'a map that is never closed',
      `${whole}\n{:type :ok,\n${whole}\n`,
      '2:1: "{:type :ok,\\n{:type',
    ],
    [
      'a vector that is never closed',
      `[${whole}\n`,
      '2:1: found the end of the file: expected "]"',
    ],
    [
      'something behind the vector',
      `[${whole}] {}`,
      `1:53: found "{}": expected the end of the file`,
    ],
    [
      'a tag without a value',
      '{:type #a}',
      '1:1: found "{:type #a}": expected one value behind every tag',
    ],
    ['an escape that Clojure does not know', '{:type "\\q"}', '1:1: found'],
    [
      'a type that is none',
      '{:type :okay}',
      '1:1: field "type" is "okay": expected invoke, ok, fail or info',
    ],
    [
      'a client with a name',
      '{:type :invoke, :process :a, :f :read}',
      '1:1: field "process" is "a": expected a whole number or nemesis',
    ],
    ['no f', '{:type :invoke, :process 0, :value 1}', '1:1: no field "f"'],
    [
      'a completion without an invocation',
      '{:type :ok, :process 0, :f :read}',
      '1: process 0 completes read without an invocation',
    ],
    [
      'a process that goes on after an info',
      [whole, whole.replace('invoke', 'info'), whole].join('\n'),
      '3: process 0 invokes read after an info: an indeterminate process never invokes again',
    ],
    ['nesting without end', `{:type ${'['.repeat(300)}`, '1:263: nested more than 256 deep'],
    ['tags without end', `{:type ${'#a '.repeat(300)} 1}`, '1:7'],
    ['an empty vector', '[]', 'no event in 1 lines'],
  ])('%s', (_, text, says) => {
    expect(() => read(text, { format: 'edn' })).toThrow(FormatError)
    try {
      read(text, { format: 'edn' })
    } catch (error) {
      const { message } = error as Error
      expect(message.replace(/^h\.edn:\s?/, '').slice(0, says.length)).toBe(says)
    }
  })
})

describe('the scanner', () => {
  const name = fc.stringMatching(/^[a-zA-Z][\w.*+!?<>=-]{0,6}$/)
  const scalar = fc.oneof(
    fc.integer().map(String),
    fc.maxSafeInteger().map(String),
    fc.constantFrom('nil', 'true', 'false', '1.5', '007', '-0', '1N', '\\a', '"', 'nix', ':'),
    fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text)),
    name.map((text) => `:${text}`),
  )
  const value = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc
        .tuple(fc.constantFrom('[]', '()', '#{}', '{}'), fc.array(tie('value'), { maxLength: 4 }))
        .map(([pair, parts]) => `${pair.slice(0, -1)}${parts.join(', ')}${pair.at(-1)}`),
    ),
  })).value
  const field = fc.oneof(
    fc.constantFrom('invoke', 'ok', 'fail', 'info').map((type) => `:type :${type}`),
    fc.nat(9).map((process) => `:process ${process}`),
    fc.constant(':process :nemesis'),
    fc.constantFrom(':f :read', ':f :cas', ':f "add"', ':key :x', ':key 7', ':node "n1"'),
    fc.nat().map((time) => `:time ${time}`),
    fc.nat().map((index) => `:index ${index}`),
    value.map((text) => `:value ${text}`),
    value.map((text) => `:error ${text}`),
    fc.tuple(name, scalar).map(([key, text]) => `:${key} ${text}`),
  )
  const whole = [':type :ok', ':process 3', ':f :read']
  const nameOf = (text: string): string => text.split(' ')[0]!
  const map = fc
    .tuple(
      fc.uniqueArray(field, { maxLength: 6, selector: nameOf }),
      fc.constantFrom(', ', ' ', ',  ', ', ', '\n'),
      fc.constantFrom('', '', '#jepsen.history.Op', '#jepsen.history.Op ', '#op'),
    )
    .map(([some, between, tag]) => {
      const missing = whole.filter((text) => !some.map(nameOf).includes(nameOf(text)))
      return `${tag}{${[...some, ...missing].join(between)}}`
    })
  const mutated = fc
    .tuple(
      map,
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...' ,"\\:#{}[]()0n1;_\n\u0000')), {
        maxLength: 2,
      }),
    )
    .map(([text, changes]) =>
      changes.reduce((changed, [at, one]) => {
        const place = at % changed.length
        return changed.slice(0, place) + one + changed.slice(place + 1)
      }, text),
    )

  /** By the library alone; undefined when it refuses. */
  const slowly = (text: string): { event: EventInput; strangers: string[] } | undefined => {
    try {
      const map = readFields(text, fields)
      return {
        event: eventOf(map),
        strangers: Object.keys(map).filter((name) => !fields.has(name)),
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return undefined
    }
  }

  test(
    'reads every map that it knows as the library does, mutated ones as well',
    () => {
      const scan = new EdnScan()
      let fast = 0
      fc.assert(
        fc.property(mutated, (text) => {
          const bytes = Buffer.from(`${text}\u0000`)
          if (!scan.scan(bytes, 0)) return
          fast++
          const own = bytes.toString('utf8', 0, scan.at)
          const known = Object.entries(scan.event!).filter(
            ([name, value]) => fields.has(name) && value !== undefined,
          )
          const { event, strangers } = slowly(own)!
          expect(Object.fromEntries(known), own).toEqual(event)
          expect([...scan.strangers].sort()).toEqual(strangers.toSorted())
        }),
        { numRuns: runs, seed: 20261121 },
      )
      expect(fast).toBeGreaterThan(runs / 20)
    },
    patience,
  )

  test("knows every line that Jepsen's printer writes for registers, sets and transactions", () => {
    const scan = new EdnScan()
    const lines = [
      ...register,
      '{:type :ok, :f :read, :value #{1 2 3}, :time 3, :process 4, :index 1}',
      '{:index 7, :time 1, :type :ok, :process 1, :f :txn, :value [[:r 1 [2 3]] [:append 4 5]]}',
      '#jepsen.history.Op{:index 0, :time 1, :type :invoke, :process 0, :f :read, :value [3 nil]}',
      '{:type :fail, :f :cas, :value [1 [2 3]], :error :precondition-failed, :node "n1", :process 9}',
      '{:type :ok, :f :read, :value {0 10, 1 20}, :process 0}',
    ]
    for (const line of lines) expect(scan.scan(Buffer.from(`${line}\n\u0000`), 0), line).toBe(true)
  })
})
