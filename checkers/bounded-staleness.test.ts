import { expect, test } from 'vitest'
import plugin, { boundedStaleness } from './bounded-staleness.ts'
import { type Limits, unlimited } from './checker.ts'
import { type EventInput, History } from './history.ts'
import counter from './models/kv.ts'
import { lines, only } from './testing/histories.ts'

/** Writes 1, 2, 3 one after the other, then a read, each a second apart. */
const after = (value: number | null): History =>
  seconds('0 write 1', '0 write 2', '0 write 3', `1 read ${value}`)

/** Operations one after the other, each from a whole second to half a second later. */
const seconds = (...texts: readonly string[]): History =>
  History.from(
    texts.flatMap((text, at): EventInput[] => {
      const [process, f, value] = text.split(' ')
      const shared = { process: Number(process), f: f!, key: 'x' }
      const given = JSON.parse(value!) as unknown
      return [
        { ...shared, type: 'invoke', value: f === 'read' ? null : given, time: at * 1e9 },
        { ...shared, type: 'ok', value: given, time: at * 1e9 + 5e8 },
      ]
    }),
  )

test.each([
  [3, 1, 0],
  [2, 2, 500],
  [1, 3, 1500],
  [null, 4, 2500],
])(
  'a read of %s is %i versions deep and %i ms late (Aiyer, Alvisi and Bazzi 2005)',
  (value, k, ms) => {
    const verdict = boundedStaleness({})(after(value), unlimited)
    expect(verdict).toMatchObject({ valid: true, stats: { versions: k, staleByAtMostMs: ms } })
  },
)

test('a read is within the bounds or not', () => {
  expect(boundedStaleness({ versions: 3 })(after(1), unlimited).valid).toBe(true)
  expect(boundedStaleness({ milliseconds: 1500 })(after(1), unlimited).valid).toBe(true)
  const versions = boundedStaleness({ versions: 2 })(after(1), unlimited)
  expect(versions).toMatchObject({ valid: false, anomalies: [{ type: 'stale-read' }] })
  const late = boundedStaleness({ milliseconds: 1000 })(after(1), unlimited)
  if (late.valid !== false) throw new Error(`judged ${late.valid}`)
  expect(late.anomalies[0].summary).toBe(
    'key x: process 1 read 1 (3.000 s to 3.500 s), when a newer value had been there for at least 1500.000 ms ' +
      '(allowed: 1000 ms): process 0 wrote 1 (0.000 s to 0.500 s); process 0 wrote 2 (1.000 s to 1.500 s)',
  )
  const proof = only(after(1), late.anomalies[0].ops)
  expect(boundedStaleness({ milliseconds: 1000 })(proof, unlimited).valid).toBe(false)
})

test('two reads in the wrong order are not 1-atomic although neither is stale by itself', () => {
  const history = lines(
    ...['0 invoke write 1', '0 ok write 1', '0 invoke write 2', '1 invoke read', '1 ok read 2'],
    ...['2 invoke read', '2 ok read 1', '0 ok write 2'],
  )
  expect(boundedStaleness({})(history, unlimited).stats).toMatchObject({ versions: 2 })
  expect(boundedStaleness({ versions: 1 })(history, unlimited).valid).toBe(false)
})

test('a read of what was never written, or only later, is a violation without any bound', () => {
  expect(plugin.check(seconds('0 write 1', '1 read 7'), unlimited)).toMatchObject({
    valid: false,
    anomalies: [{ type: 'thin-air-read', ops: [2] }],
  })
  expect(plugin.check(seconds('1 read 1', '0 write 1'), unlimited)).toMatchObject({
    valid: false,
    anomalies: [{ type: 'future-read', ops: [0, 2] }],
  })
})

test('an indeterminate write that nobody read makes no read stale', () => {
  const history = lines('0 invoke write 1', '0 info write 1', '1 invoke read', '1 ok read null')
  expect(plugin.check(history, unlimited)).toMatchObject({ valid: true, stats: { versions: 1 } })
})

test('values that are written twice leave it unknown', () => {
  expect(plugin.check(seconds('0 write 1', '1 write 1', '1 read 1'), unlimited)).toMatchObject({
    valid: 'unknown',
    reason: expect.stringContaining('1 is written more than once to key x'),
  })
})

test('other models than registers, and operations of others, are not judged', () => {
  expect(plugin.against(counter)).toContain('staleness is judged for registers')
  expect(plugin.check(lines('0 invoke add 1', '0 ok add 1'), unlimited).valid).toBe('unknown')
})

test('the limits end a check with their reason', () => {
  const limits: Limits = { exceeded: () => 'out of time (1 s)' }
  expect(plugin.check(after(1), limits)).toEqual({ valid: 'unknown', reason: 'out of time (1 s)' })
})
