import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bank, bankWith } from './bank.ts'
import { unlimited } from './checker.ts'
import { lines } from './testing/histories.ts'
import { typesOf } from './testing/verdicts.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 1000)

const opened = ['0 invoke open {"a":10,"b":10}', '0 ok open {"a":10,"b":10}']
const reading = (...values: readonly string[]) =>
  lines(...opened, ...values.flatMap((value) => ['1 invoke read', `1 ok read ${value}`]))

describe('a bank', () => {
  test('whose reads show the same total is fine', () => {
    const verdict = bank(reading('{"a":10,"b":10}', '{"a":4,"b":16}'), unlimited)
    expect(verdict).toEqual({ valid: true, stats: { reads: 2, total: 20 } })
  })

  test.each([
    ['wrong-total', '{"a":4,"b":10}'],
    ['negative-value', '{"a":-1,"b":21}'],
  ])('%s', (type, value) => {
    expect(typesOf(bank(reading(value), unlimited))).toEqual([type])
  })

  test('may be allowed to be overdrawn', () => {
    const history = reading('{"a":-1,"b":21}')
    expect(bankWith({ negative: 'allowed' })(history, unlimited).valid).toBe(true)
  })

  test('without a balance, or with an account that nobody opened', () => {
    expect(typesOf(bank(reading('{"a":20,"b":null}'), unlimited))).toEqual(['nil-balance'])
    expect(typesOf(bank(reading('{"a":10,"b":4,"c":6}'), unlimited))).toEqual(['unexpected-key'])
  })

  test('shows the worst read and says how many there are', () => {
    const verdict = bank(reading('{"a":9,"b":10}', '{"a":1,"b":10}', '{"a":10,"b":10}'), unlimited)
    expect(verdict).toMatchObject({
      anomalies: [
        {
          ops: [4],
          summary:
            'the read of process 1 (operation 4, event 4) shows a total of 11 where it must be 20: ' +
            'the worst of 2 such reads among 3',
        },
      ],
      stats: { 'wrong-total': 2 },
    })
  })

  test('that nobody opened has the total that most reads show', () => {
    const read = (value: string) => ['1 invoke read', `1 ok read ${value}`]
    const history = lines(
      ...read('{"0":5,"1":6}'),
      ...read('{"0":4,"1":6}'),
      ...read('{"0":5,"1":5}'),
    )
    expect(bank(history, unlimited)).toMatchObject({
      anomalies: [{ type: 'wrong-total', ops: [0] }],
      stats: { total: 10 },
    })
  })

  test('that certainly was not opened so is not held against it', () => {
    const history = lines(
      '0 invoke open {"a":1}',
      '0 fail open',
      '1 invoke read',
      '1 ok read {"a":5}',
    )
    expect(bank(history, unlimited)).toMatchObject({ valid: true, stats: { total: 5 } })
  })

  test('shows the first of several reads that are equally wrong', () => {
    const verdict = bank(reading('{"a":9,"b":10}', '{"a":10,"b":9}'), unlimited)
    expect(verdict).toMatchObject({ anomalies: [{ ops: [2] }] })
  })

  test('cannot be judged without reads, or by operations that it has not', () => {
    expect(bank(lines(...opened), unlimited)).toMatchObject({ reason: 'no read completed' })
    expect(bank(lines('0 invoke push'), unlimited)).toMatchObject({
      reason: expect.stringContaining('f "push": expected "read", "transfer" or "open"'),
    })
    expect(bank(lines('0 invoke read', '0 ok read [1]'), unlimited)).toMatchObject({
      reason: expect.stringContaining('value [1]: expected balances by account'),
    })
  })

  test('agrees with the definition', () => {
    const balance = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -1, max: 4 }) },
      fc.constant(null),
    )
    const balances = fc.dictionary(fc.constantFrom('a', 'b', 'c'), balance)
    fc.assert(
      fc.property(fc.array(balances, { minLength: 1, maxLength: 4 }), (reads) => {
        const open = { a: 2, b: 1 }
        const history = lines(
          ...[`0 invoke open ${JSON.stringify(open)}`, '0 info open'],
          ...reads.flatMap((read) => ['1 invoke read', `1 ok read ${JSON.stringify(read)}`]),
        )
        const wrong = (test: (read: Readonly<Record<string, number | null>>) => boolean): boolean =>
          reads.some(test)
        const expected = [
          wrong((read) => 'c' in read) ? 'unexpected-key' : undefined,
          wrong((read) => Object.values(read).includes(null)) ? 'nil-balance' : undefined,
          wrong((read) => Object.values(read).reduce<number>((a, b) => a + (b ?? 0), 0) !== 3)
            ? 'wrong-total'
            : undefined,
          wrong((read) => Object.values(read).some((one) => one !== null && one < 0))
            ? 'negative-value'
            : undefined,
        ]
        expect(typesOf(bank(history, unlimited))).toEqual(
          expected.filter((one) => one !== undefined),
        )
      }),
      { numRuns },
    )
  })
})
