import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Values } from './values.ts'

const small = fc.oneof(fc.integer(), fc.constantFrom(null, 0, -0, 2 ** 31 - 1, -(2 ** 31)))
const list = fc.array(fc.oneof(small, fc.constant(undefined), fc.double()), { maxLength: 4 })
const value = fc.oneof(small, fc.constant(undefined), list, fc.anything())

test('gives back what was put in', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 50 }), (given) => {
      const values = new Values()
      for (const one of given) values.push(one)
      expect(values.length).toBe(given.length)
      given.forEach((one, position) => {
        expect(values.at(position)).toStrictEqual(one)
        expect(values.listLength(position)).toBe(Array.isArray(one) ? one.length : -1)
      })
    }),
  )
})

test('grows beyond what it began with', () => {
  const values = new Values()
  for (let n = 0; n < 5000; n++) values.push(n % 3 === 0 ? [n, null, n + 1] : n)
  for (let n = 0; n < 5000; n++)
    expect(values.at(n)).toStrictEqual(n % 3 === 0 ? [n, null, n + 1] : n)
})

test('a changed copy leaves the first as it was', () => {
  const values = new Values()
  for (const one of [[1, 2], 'a', 3]) values.push(one)
  const changed = values.map((one, position) => (position === 0 ? 'b' : one))
  expect([0, 1, 2].map((at) => changed.at(at))).toStrictEqual(['b', 'a', 3])
  expect(values.at(0)).toStrictEqual([1, 2])
})
