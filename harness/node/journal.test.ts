import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../../checkers/ledger.ts'
import type { Storage } from '../program.ts'
import { Journal } from './journal.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schism-journal-'))
  path = join(folder, 'journal')
})
afterEach(() => rmSync(folder, { recursive: true }))

const names = ['a', 'b'] as const
const synced = (journal: Journal): Promise<void> => new Promise((done) => journal.sync(done))
const size = (): number => statSync(path).size
const emptied = (): void => writeFileSync(path, '')

/** What a program reads. */
type Seen = Readonly<Record<string, Json | undefined>>
const seen = (storage: Pick<Storage, 'get' | 'entries'>): Seen =>
  Object.fromEntries(
    names.flatMap((name) => [
      [`value ${name}`, storage.get(name)],
      [`log ${name}`, [...storage.entries(name)]],
    ]),
  )

/** The same, opened anew. */
const reopened = (): Seen => {
  const journal = new Journal(folder)
  const content = seen(journal)
  journal.close()
  return content
}

/** What a disk is, in the plainest words. */
class Model {
  private readonly values: Record<string, Json> = {}
  private readonly logs: Record<string, Json[]> = { a: [], b: [] }
  get = (name: string): Json | undefined => this.values[name]
  entries = (log: string): readonly Json[] => this.logs[log]!
  put(name: string, value: Json): void {
    this.values[name] = value
  }
  append(log: string, record: Json): void {
    this.logs[log] = [...this.logs[log]!, record]
  }
  truncate(log: string, length: number): void {
    this.logs[log] = this.logs[log]!.slice(0, length)
  }
}

type Writer = Pick<Storage, 'put' | 'append' | 'truncate'>
type Step = {
  readonly label: string
  do(storage: Writer): void
}
const name = fc.constantFrom(...names)
const value = fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>
const write: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, value).map(([name, value]) => ({
    label: `put ${name} ${JSON.stringify(value)}`,
    do: (storage: Writer) => storage.put(name, value),
  })),
  fc.tuple(name, value).map(([log, record]) => ({
    label: `append ${log} ${JSON.stringify(record)}`,
    do: (storage: Writer) => storage.append(log, record),
  })),
  fc.tuple(name, fc.nat(6)).map(([log, length]) => ({
    label: `truncate ${log} ${length}`,
    do: (storage: Writer) => storage.truncate(log, length),
  })),
)

/** JSON knows no negative zero. */
const asJson = (content: Seen): unknown => JSON.parse(JSON.stringify(content))

describe('a journal', () => {
  it('reads and reads again what a plain disk would hold, however often it is written anew', () => {
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 60 }),
        fc.constantFrom(100, 400, 1e6),
        (steps, at) => {
          emptied()
          const [journal, model] = [new Journal(folder, at), new Model()]
          for (const step of steps) {
            step.do(journal)
            step.do(model)
            expect(asJson(seen(journal))).toEqual(asJson(seen(model)))
            expect(reopened()).toEqual(asJson(seen(model)))
          }
          journal.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps the writes before the one in which it was cut, at every byte', () => {
    const journal = new Journal(folder)
    const states = [{ at: 0, content: seen(journal) }]
    const keep = (): void => {
      states.push({ at: size(), content: asJson(seen(journal)) as Seen })
    }
    for (const text of ['one', 'zwei €', '\u2028\n', '']) {
      journal.append('a', { text })
      keep()
      journal.put('b', [text, null, 1.5])
      keep()
    }
    journal.truncate('a', 1)
    keep()
    journal.close()
    const whole = readFileSync(path)
    for (let cut = 0; cut <= whole.length; cut++) {
      writeFileSync(path, whole.subarray(0, cut))
      const { at, content } = states.findLast(({ at }) => at <= cut)!
      expect(reopened(), `cut at ${cut}`).toEqual(asJson(content))
      expect(size(), `cut at ${cut}`).toBe(at)
    }
  })

  it('loses nothing that was synced when the power fails, and a tail of the rest', async () => {
    const plan = fc.array(fc.oneof(write, fc.constant('sync' as const)), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(plan, fc.double({ min: 0, max: 1, noNaN: true }), async (steps, chance) => {
        emptied()
        const [journal, model] = [new Journal(folder), new Model()]
        const states = [asJson(seen(model))]
        let safe = { bytes: 0, writes: 0 }
        for (const step of steps) {
          if (step === 'sync') {
            await synced(journal)
            safe = { bytes: size(), writes: states.length - 1 }
          } else {
            step.do(journal)
            step.do(model)
            states.push(asJson(seen(model)))
          }
        }
        journal.close()
        truncateSync(path, safe.bytes + Math.round(chance * (size() - safe.bytes)))
        expect(states.slice(safe.writes)).toContainEqual(reopened())
      }),
      { numRuns: 100 },
    )
  })

  it('writes on after a torn line as if it had never been', () => {
    const journal = new Journal(folder)
    journal.append('a', 1)
    journal.append('a', 2)
    journal.close()
    truncateSync(path, size() - 3)
    const next = new Journal(folder)
    next.append('a', 3)
    next.close()
    expect(reopened()).toMatchObject({ 'log a': [1, 3] })
  })

  it('refuses a file in which somebody changed a byte, but for the last one', () => {
    const journal = new Journal(folder)
    for (const record of [1, 2, 3]) journal.append('a', record)
    journal.close()
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length - 1; at++) {
      const changed = Buffer.from(whole)
      changed[at]! ^= 1
      writeFileSync(path, changed)
      expect(() => new Journal(folder), `byte ${at}`).toThrow('was changed')
    }
  })

  it('is written anew when it grows, and a try that was cut short does not count', () => {
    const journal = new Journal(folder, 1000)
    for (let n = 0; n < 1000; n++) journal.put('a', n)
    expect(size()).toBeLessThan(1200)
    journal.close()
    copyFileSync(path, `${path}.new`)
    truncateSync(`${path}.new`, 5)
    expect(reopened()).toMatchObject({ 'value a': 999 })
  })

  it('calls back in the order of the syncs, one fsync for those that wait', async () => {
    const journal = new Journal(folder)
    const order: number[] = []
    journal.put('a', 1)
    for (let n = 0; n < 50; n++) journal.sync(() => order.push(n))
    expect(order).toEqual([])
    await synced(journal)
    expect(order).toEqual(Array.from({ length: 50 }, (_, n) => n))
    journal.close()
  })
})
