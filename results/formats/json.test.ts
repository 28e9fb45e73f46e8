import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError, readHistoryFrom, recognise } from './read.ts'

const runs = Number(process.env.SCHISM_RUNS ?? 5000)
const patience = 60_000 + runs
const read = (text: string, options = {}) => readHistoryFrom(text, 'h.json', options)

describe("elle-cli's JSON", () => {
  const objects = [
    { index: 0, time: 5, type: 'invoke', process: 0, f: 'read', value: null },
    { index: 1, time: 9, type: 'ok', process: 0, f: 'read', value: [1, 'é]', { a: '}"' }] },
    { type: ':info', process: 'nemesis', f: ':start', value: ['n1'], index: null, time: null },
    { type: 'invoke', process: 1, f: 'write', 'generator-id': 4 },
    { type: 'info', process: 1, f: 'write', value: 3, error: ['timeout', 5] },
  ]

  test.each([
    ['in one line', JSON.stringify(objects)],
    ['pretty-printed', JSON.stringify(objects, null, 2)],
    [
      'with line ends of Windows',
      `\r\n${JSON.stringify(objects, null, 1).replaceAll('\n', '\r\n')}`,
    ],
  ])('is read %s', (_, text) => {
    expect(recognise(text)).toBe('json')
    const { history, notes } = read(text)
    expect([...history]).toMatchObject([
      objects[0],
      objects[1],
      { type: 'info', process: 'nemesis', f: 'start', value: ['n1'] },
      { type: 'invoke', process: 1, f: 'write', value: null },
      { type: 'info', process: 1, f: 'write', value: 3, error: '["timeout",5]' },
    ])
    expect(notes.join()).toMatch(/field "generator-id" is not known/)
  })

  test('has independent keys as EDN does', () => {
    const event = (type: string, value: unknown) => ({ type, process: 0, f: 'read', value })
    const text = JSON.stringify([event('invoke', ['x', null]), event('ok', ['x', 3])])
    expect([...read(text).history]).toMatchObject([
      { key: 'x', value: null },
      { key: 'x', value: 3 },
    ])
    expect(read(text, { independent: false }).history.event(1).value).toEqual(['x', 3])
  })

  test('is read in pieces that end anywhere', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => ({
      ...{ type: at % 2 === 0 ? 'invoke' : 'ok', process: at >> 1, f: 'add' },
      value: `${'é'.repeat(200)}]}"${at}`,
    }))
    const { history } = read(JSON.stringify(many))
    expect(history.length).toBe(20_000)
    expect(history.event(19_999).value).toBe(many[19_999]!.value)
  })

  const whole = '{"type":"invoke","process":0,"f":"read","value":null}'
  test.each([
    [
      'an array that is never closed',
      `[${whole}`,
      '1:55: found the end of the file: expected , or ]',
    ],
    [
      'an object that is never closed',
      `[${whole},\n{"type":"ok"`,
      '2:1: "{\\"type\\":\\"ok\\"" is never closed',
    ],
    ['no comma', `[${whole} ${whole}]`, '1:56: found'],
    ['a comma too many', `[${whole},\n ]`, '2:2: found "]": expected an object'],
    ['what is no object', `[${whole},\n 5]`, '2:2: found "5]": expected an object'],
    ['something behind the array', `[${whole}]\n]`, '2:1: found "]": expected the end of the file'],
    [
      'an object that is none',
      `[{"type":"é", type}]`,
      '1:16: found "type}]": expected a JSON object',
    ],
    [
      'a number that is not exact',
      `[{"type":"invoke","process":0,"f":"write","value":12345678901234567}]`,
      '1:2: the number 12345678901234567 is beyond 2^53',
    ],
    [
      'an unknown type',
      '[{"type":"okay"}]',
      '1:2: field "type" is "okay": expected invoke, ok, fail or info',
    ],
    [
      'a second completion',
      `[${whole},\n${whole.replace('invoke', 'ok')},\n${whole.replace('invoke', 'ok')}]`,
      '3: process 0 completes read twice',
    ],
    [
      'nesting without end',
      `[{"type":"invoke","process":0,"f":"a","value":${'['.repeat(300)}${']'.repeat(300)}}]`,
      '1:2: nested more than 256 deep',
    ],
  ])('refuses %s', (_, text, says) => {
    expect(() => read(text)).toThrow(FormatError)
    try {
      read(text)
    } catch (error) {
      const { message } = error as Error
      expect(message.replace('h.json:', '').slice(0, says.length)).toBe(says)
    }
  })
})

describe('JSON lines', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.array(fc.nat(9), { maxLength: 3 }),
    fc.constantFrom(2 ** 60, 1e20, -0, 0.1, 123456789012345),
  )
  const line = fc
    .record(
      {
        index: fc.nat(),
        time: fc.nat(),
        type: fc.constantFrom('invoke', 'info'),
        process: fc.oneof(fc.nat(), fc.constant('nemesis')),
        f: fc.constantFrom('read', 'write', ''),
        key: fc.oneof(fc.nat(), fc.string()),
        value,
        node: fc.string(),
        error: fc.string(),
        more: fc.nat(),
      },
      { requiredKeys: ['type', 'process', 'f'] },
    )
    .chain((event) =>
      fc
        .shuffledSubarray(Object.entries(event), { minLength: Object.keys(event).length })
        .map((fields) => JSON.stringify(Object.fromEntries(fields))),
    )
  const mutated = fc
    .tuple(
      line,
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...' ,"\\:{}[]01-nt\u0000é')), { maxLength: 1 }),
    )
    .map(([text, changes]) =>
      changes.reduce((changed, [at, one]) => {
        const place = 1 + (at % (changed.length - 1))
        return changed.slice(0, place) + one + changed.slice(place + 1)
      }, text),
    )
  const outcome = (text: string): unknown => {
    try {
      const { history, notes } = read(text, { format: 'jsonl' })
      return { events: [...history], notes }
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError)
      return 'refused'
    }
  }

  test(
    'are read by the scanner as by JSON.parse, mutated ones as well',
    () => {
      fc.assert(
        fc.property(mutated, (text) => {
          // The scanner knows no white space.
          expect(outcome(`${text}\n`)).toEqual(outcome(`${text.replace('{', '{ ')}\n`))
        }),
        { numRuns: runs, seed: 20261121 },
      )
    },
    patience,
  )

  test.each([
    ['"process":01', '"process":1'],
    ['"value":[00]', '"value":[0]'],
  ])('are refused with the number %s', (wrong, right) => {
    const line = (field: string): string => {
      const rest = { '"index"': 0, '"process"': 1, '"value"': 0 } as Record<string, number>
      const others = Object.entries(rest).filter(([name]) => !field.startsWith(name))
      return `{"type":"invoke","f":"read",${[field, ...others.map(([name, value]) => `${name}:${value}`)].join()}}\n`
    }
    expect(outcome(line(right))).not.toBe('refused')
    expect(outcome(line(wrong))).toBe('refused')
  })

  test('are refused where a number was rounded', () => {
    const text = '{"type":"invoke","process":0,"f":"write","value":[9007199254740993]}\n'
    expect(() => read(text)).toThrow('h.json:1: the number 9007199254740993 is beyond 2^53')
    expect(read(text.replace('3]', '2]')).history.event(0).value).toEqual([2 ** 53])
  })
})
