import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Due, Queue } from './queue.ts'

const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('push'), number: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('pop', 'remove'), number: fc.nat(99) }),
  },
)

test('gives back what is in it, soonest first, whatever left from the middle', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200, size: 'max' }), (actions) => {
      const queue = new Queue<Due>()
      const pushed: Due[] = []
      let expected: readonly Due[] = []
      for (const [order, { kind, number }] of actions.entries()) {
        if (kind === 'push') {
          const due = { at: number, order, place: -1 }
          queue.push(due)
          pushed.push(due)
          expected = [...expected, due].toSorted((a, b) => a.at - b.at || a.order - b.order)
        } else if (kind === 'pop') {
          expect(queue.pop()).toBe(expected[0])
          expected = expected.slice(1)
        } else if (pushed.length > 0) {
          // Also what has left already: nothing happens then.
          const due = pushed[number % pushed.length]!
          queue.remove(due)
          expected = expected.filter((other) => other !== due)
        }
      }
      for (const due of expected) expect(queue.pop()).toBe(due)
      expect(queue.pop()).toBeUndefined()
    }),
    { numRuns: 200 },
  )
})
