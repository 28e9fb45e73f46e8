/**
 * Whatever stands in a file, a reader answers with a history or with one line that names the file: never
 * with another error, and soon.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError, type FormatName, readHistoryFrom } from './read.ts'

const runs = Number(process.env.SCHISM_RUNS ?? 10_000)
const porcupine = join(import.meta.dirname, '../findings/porcupine')
const head = (folder: string, lines: number): string => {
  const [file] = readdirSync(join(porcupine, folder))
  return readFileSync(join(porcupine, folder, file!), 'utf8')
    .split('\n')
    .slice(0, lines)
    .join('\n')
}

const events = [
  { index: 0, time: 10, type: 'invoke', process: 0, f: 'cas', key: 'x', value: [1, 2], node: 'n1' },
  { index: 1, time: 20, type: 'fail', process: 0, f: 'cas', key: 'x', value: [1, 2, { a: 'é"]' }] },
  { index: 2, time: 30, type: 'info', process: 'nemesis', f: 'kill', value: { n: ['n1'] } },
  { index: 3, time: 40, type: 'invoke', process: 1, f: 'read', value: null },
  { index: 4, time: 50, type: 'info', process: 1, f: 'read', value: null, error: 'timeout' },
]

const samples: Readonly<Record<FormatName, string>> = {
  jsonl: `${events.map((event) => JSON.stringify(event)).join('\n')}\n`,
  json: JSON.stringify(events, null, 1),
  edn: `; a history
[{:index 0, :time 10, :type :invoke, :process 0, :f :cas, :value [:x [1 2]]}
 #jepsen.history.Op{:index 1, :time 20, :type :fail, :process 0, :f :cas, :value [:x [1 2]]}
 {:type :info, :process :nemesis, :f :kill, :value {:n #{"n1" \\a 1.5M 1/2}}, :exception #error {:via [E]}}
 #_ {:type :what} {:type :invoke, :process 1, :f :read,
  :value #jepsen.independent/tuple [9007199254740993 nil]}
 {:type :info, :process 1, :f :read, :value [1 nil], :error [:timeout "5 \\"s\\""]}]
`,
  'porcupine-etcd': head('jepsen-etcd', 12),
  'porcupine-kv': head('kv', 8),
}

describe.each(Object.entries(samples))('a mutated history in the format %s', (format, text) => {
  const name = format as FormatName
  const bytes = Buffer.from(text)

  /** Bytes that matter to the notations are drawn more often than others. */
  const one = fc.oneof(
    fc.nat(255),
    fc.constantFrom(...Buffer.from('{}[]()"\\;:#_,nt019-. \n\t\r\u0000')),
  )
  const place = fc.nat(bytes.length - 1)
  const mutation = fc.oneof(
    fc.record({ kind: fc.constant('replace' as const), at: place, one }),
    fc.record({ kind: fc.constant('insert' as const), at: place, one }),
    fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.nat(8) }),
    fc.record({
      kind: fc.constant('repeat' as const),
      at: place,
      length: fc.nat(99),
      times: fc.nat(20),
    }),
    fc.record({ kind: fc.constant('cut' as const), at: place }),
  )
  type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never

  const mutate = (from: Buffer, change: Mutation): Buffer => {
    const at = Math.min(change.at, from.length)
    const before = from.subarray(0, at)
    switch (change.kind) {
      case 'replace':
        return Buffer.concat([before, Buffer.from([change.one]), from.subarray(at + 1)])
      case 'insert':
        return Buffer.concat([before, Buffer.from([change.one]), from.subarray(at)])
      case 'remove':
        return Buffer.concat([before, from.subarray(at + change.length)])
      case 'repeat': {
        const piece = from.subarray(at, at + change.length)
        return Buffer.concat([before, ...Array(change.times).fill(piece), from.subarray(at)])
      }
      case 'cut':
        return before
    }
  }

  test('is read, or refused in one line that names the place', () => {
    let refused = 0
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (changes, told) => {
          const changed = changes.reduce(mutate, bytes)
          try {
            readHistoryFrom(changed, 'h', told ? { format: name } : {})
          } catch (error) {
            refused++
            expect(error).toBeInstanceOf(FormatError)
            expect((error as Error).message).toMatch(/^h:(\d+:(\d+:)?)? [^\n]+$/)
          }
        },
      ),
      { numRuns: runs, seed: 20261121 },
    )
    expect(refused).toBeGreaterThan(0)
  })

  test('is read at once when it is large', () => {
    const many = Buffer.concat([bytes.subarray(0, -4), Buffer.alloc(3 << 20, '[ {'), bytes])
    const begun = performance.now()
    expect(() => readHistoryFrom(many, 'h', { format: name })).toThrow(FormatError)
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})
