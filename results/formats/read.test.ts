import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError, readHistory, readHistoryFrom, recognise } from './read.ts'

const line = (fields: Record<string, unknown>): string =>
  JSON.stringify({ type: 'invoke', process: 0, f: 'read', value: null, ...fields })
const read = (...lines: readonly string[]) => readHistoryFrom(lines.join('\n'), 'h.jsonl')

describe('a history in JSON lines', () => {
  const whole = [
    line({ index: 0, time: 10, key: 'x', node: 'n1' }),
    line({ index: 1, time: 20, key: 'x', type: 'ok', value: 3, node: 'n1' }),
    line({ index: 2, time: 30, process: 'nemesis', f: 'partition', type: 'info' }),
    line({ index: 3, time: 30, process: 1, f: 'write', value: 4 }),
    line({ index: 4, time: 40, process: 1, f: 'write', value: 4, type: 'info', error: 'timeout' }),
  ]

  test('is read with all its fields', () => {
    const { history, notes, format } = read(...whole, '')
    expect(format).toBe('jsonl')
    expect(notes).toEqual([])
    expect([...history].map((event) => JSON.parse(JSON.stringify(event)))).toEqual(
      whole.map((text) => expect.objectContaining(JSON.parse(text) as object)),
    )
  })

  test('takes its places as indexes and times where it has none', () => {
    const { history } = read(line({}), line({ type: 'ok' }))
    expect([...history].map(({ index, time }) => [index, time])).toEqual([
      [0, 0],
      [1, 1],
    ])
  })

  test('may end without a line end', () => {
    expect(read(...whole).history.length).toBe(5)
    expect(read(...whole).notes).toEqual([])
  })

  test('may break off in its last line, and a note says so', () => {
    const text = `${whole.join('\n')}\n`
    for (let cut = 1; cut < line({}).length; cut++) {
      const { history, notes } = readHistoryFrom(text + line({}).slice(0, cut), 'h.jsonl')
      expect(history.length).toBe(5)
      expect(notes).toEqual(['h.jsonl:6: the last line is cut off and was left out'])
    }
  })

  test('may hold blank lines and line ends of Windows', () => {
    expect(read(`${whole[0]}\r`, '', `${whole[1]}\r`, '').history.length).toBe(2)
  })

  test('may hold a field that we do not know, and a note says so once', () => {
    const { notes } = read(line({ clock: 5 }), line({ type: 'ok', clock: 6 }), '')
    expect(notes).toEqual(['h.jsonl:1: field "clock" is not known and was left out'])
  })

  test('is read from a file of many pieces', () => {
    const folder = mkdtempSync(join(tmpdir(), 'schism-formats-'))
    try {
      const path = join(folder, 'history.jsonl')
      const padding = 'é'.repeat(500)
      const lines = Array.from({ length: 12_000 }, (_, i) =>
        line({ process: i >>> 1, type: i % 2 === 0 ? 'invoke' : 'ok', value: padding + i }),
      )
      writeFileSync(path, lines.join('\n'))
      const { history } = readHistory(path)
      expect(history.length).toBe(12_000)
      expect(history.event(11_999).value).toBe(`${padding}11999`)
      writeFileSync(path, [...lines.slice(0, 9000), 'x', ...lines].join('\n'))
      expect(() => readHistory(path)).toThrow(/history\.jsonl:9001: found "x": expected one JSON/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('refused with file and line is', () => {
  const ok = [line({}), line({ type: 'ok' })]
  const cases: Record<string, { lines: readonly string[]; says: string }> = {
    'a completion without an invocation': {
      lines: [line({ type: 'ok' }), ''],
      says: 'h.jsonl:1: process 0 completes read without an invocation',
    },
    'a second completion': {
      lines: [...ok, line({ type: 'ok' }), ''],
      says: 'h.jsonl:3: process 0 completes read twice',
    },
    'a second open operation of one process': {
      lines: [line({}), line({}), ''],
      says:
        'h.jsonl:2: process 0 invokes read while its read is still open: ' +
        'a process has one open operation',
    },
    'an invocation after an info': {
      lines: [line({}), line({ type: 'info' }), line({})],
      says:
        'h.jsonl:3: process 0 invokes read after an info: ' +
        'an indeterminate process never invokes again',
    },
    'a completion of another operation': {
      lines: [line({}), line({ type: 'ok', f: 'write' })],
      says: 'h.jsonl:2: process 0 completes write but had invoked read',
    },
    'a time that runs backwards': {
      lines: [line({ time: 9 }), line({ time: 8, type: 'ok' }), ''],
      says: 'h.jsonl:2: time runs backwards: 8 ns follows 9 ns',
    },
    'an index that does not grow': {
      lines: [line({ index: 4 }), line({ index: 4, type: 'ok' }), ''],
      says: 'h.jsonl:2: index 4 follows 4: expected a larger one',
    },
    'a broken line before the last': {
      lines: [line({}), '{"type":"ok","pro', line({ type: 'ok' })],
      says: 'h.jsonl:2: found "{\\"type\\":\\"ok\\",\\"pro": expected one JSON object',
    },
    'two objects in a line': {
      lines: [`${ok[0]},${ok[1]}`, ''],
      says: 'h.jsonl:1: found ',
    },
    'a line without a process': {
      lines: [...ok, JSON.stringify({ type: 'invoke', f: 'read' }), ''],
      says: 'h.jsonl:3: no field "process": expected a whole number or "nemesis"',
    },
    'an unknown type': {
      lines: [line({ type: 'okay' }), ''],
      says: 'h.jsonl:1: field "type" is "okay": expected "invoke", "ok", "fail" or "info"',
    },
    'a key that is a list': {
      lines: [line({ key: [1] }), ''],
      says: 'h.jsonl:1: field "key" is [1]: expected a string or a number',
    },
    'an empty file': {
      lines: [''],
      says: 'h.jsonl: the file is empty: expected a history, one event a line',
    },
    'a blank file': {
      lines: ['', ' ', ''],
      says: 'h.jsonl: the file is empty: expected a history, one event a line',
    },
    'a file of another kind': {
      lines: ['<html>'],
      says: 'h.jsonl:1: unknown format: found "<html>": expected jsonl (JSON lines: ',
    },
    'a file with nothing but a broken line': {
      lines: ['{"type":'],
      says: 'h.jsonl: no event in 1 lines: expected a history in the format jsonl',
    },
  }
  for (const [what, { lines, says }] of Object.entries(cases))
    test(what, () => {
      expect(() => read(...lines)).toThrow(FormatError)
      try {
        read(...lines)
      } catch (error) {
        expect((error as Error).message.slice(0, says.length)).toBe(says)
      }
    })

  test('whatever else is not a history: mutated bytes never cause anything but a FormatError', () => {
    const text = Buffer.from(
      [line({ key: 1 }), line({ type: 'ok', key: 1, value: [1, 'a'] }), line({ time: 7 })].join(
        '\n',
      ),
    )
    const mutation = fc.record({ at: fc.nat(text.length - 1), byte: fc.nat(255), cut: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        let bytes = Buffer.from(text)
        for (const { at, byte, cut } of mutations) {
          bytes[at % bytes.length] = byte
          if (cut === 0) bytes = bytes.subarray(0, Math.max(1, at % bytes.length))
        }
        try {
          readHistoryFrom(bytes, 'h.jsonl')
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          expect((error as Error).message).toMatch(/^h\.jsonl:/)
        }
      }),
      { numRuns: 10_000, seed: 20261121 },
    )
  })
})

describe("Porcupine's formats", () => {
  const etcd = [
    'noise',
    'INFO  jepsen.util - 0\t:invoke\t:cas\t[1 4]',
    'INFO  jepsen.util - 1\t:invoke\t:read\tnil',
    'INFO  jepsen.core - something else',
    'INFO  jepsen.util - 0\t:fail\t:cas\t[1 4]',
    'INFO  jepsen.util - 1\t:fail\t:read\t:timed-out',
  ]
  const kv = [
    '{:process 9, :type :invoke, :f :append, :key "0", :value "x \\"9\\" y"}',
    '{:process 1, :type :invoke, :f :get, :key "0", :value nil}',
  ]

  test('are recognised from what they hold', () => {
    expect(recognise(etcd.join('\n'))).toBe('porcupine-etcd')
    expect(recognise(kv.join('\n'))).toBe('porcupine-kv')
    expect(recognise(line({}))).toBe('jsonl')
    expect(recognise('index,time,type')).toBeUndefined()
  })

  test('keep a refusal apart from an error', () => {
    const { history } = read(...etcd)
    expect([...history]).toMatchObject([
      { process: 0, f: 'cas', value: [1, 4] },
      { process: 1, f: 'read', value: null },
      { type: 'fail', value: [1, 4] },
      { type: 'fail', value: null, error: 'timed-out' },
    ])
    expect(history.error(2)).toBeUndefined()
  })

  test('keep strings as they are', () => {
    expect([...read(...kv).history]).toMatchObject([
      { key: '0', value: 'x "9" y' },
      { value: null },
    ])
  })

  test('refuse a broken line with its place', () => {
    expect(() => read(kv[0]!, '{:process 1, :type', kv[1]!)).toThrow(
      /^h\.jsonl:2: found "\{:process 1, :type": expected \{:process N/,
    )
    expect(() => read(...etcd, 'INFO  jepsen.util - 2\t:invoke\t:write\t[1', '')).toThrow(
      /^h\.jsonl:7: value "\[1": expected nil, a number/,
    )
  })

  test('are not taken for another one that was asked for', () => {
    const text = kv.join('\n')
    expect(() => readHistoryFrom(`${text}\n`, 'h', { format: 'jsonl' })).toThrow(/^h:1: found/)
  })
})
