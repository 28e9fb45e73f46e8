/** What proofs are called and how they are told. */
import { expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import { linearizable } from '../linearizable.ts'
import type { Model } from '../model.ts'
import priorityQueue from '../models/priority-queue.ts'
import queue from '../models/queue.ts'
import { lines } from '../testing/histories.ts'

const anomaly = (model: Model, ...text: readonly string[]) => {
  const verdict = linearizable(model)(lines(...text), unlimited)
  if (verdict.valid !== false) throw new Error('not found')
  return verdict.anomalies[0]
}

const put = (value: number): string[] => [`0 invoke enqueue ${value}`, `0 ok enqueue ${value}`]

test('an element that comes out before one that went in first is out-of-order', () => {
  const removals = ['1 invoke dequeue', '1 ok dequeue 7', '1 invoke dequeue', '1 ok dequeue 5']
  const found = anomaly(queue, ...put(5), ...put(7), ...removals)
  expect(found).toEqual({
    type: 'out-of-order',
    summary:
      'process 1 dequeued 7 between event 4 and event 5; nothing had begun to take 5 out by then; ' +
      'although process 0 enqueued 5 between event 0 and event 1 and process 0 enqueued 7 between event 2 and event 3',
    ops: [0, 2, 4],
  })
})

test('a queue that held something was not-empty', () => {
  const found = anomaly(queue, ...put(5), '1 invoke dequeue', '1 ok dequeue null')
  expect(found.type).toBe('not-empty')
  expect(found.summary).toBe(
    'process 1 dequeued nothing: it was empty between event 2 and event 3, ' +
      'although 5 had gone in by event 1 and nothing had begun to take it out by then',
  )
})

test('an element that comes out twice is duplicated', () => {
  const twice = ['1 invoke dequeue', '1 ok dequeue 5', '2 invoke dequeue', '2 ok dequeue 5']
  const found = anomaly(queue, ...put(5), ...twice)
  expect(found.type).toBe('duplicated')
  expect(found.summary).toContain('process 2 dequeued 5 between event 4 and event 5, and process 1')
})

test('an element that comes out before it goes in is unexpected', () => {
  const found = anomaly(queue, '1 invoke dequeue', '1 ok dequeue 5', ...put(5))
  expect(found).toEqual({
    type: 'unexpected',
    summary:
      'process 1 dequeued 5 between event 0 and event 1, ' +
      'although nothing had begun to put 5 in by then',
    ops: [0],
  })
})

test('each key is told on its own, with its name', () => {
  const found = anomaly(
    priorityQueue,
    '0 invoke insert@k 9',
    '0 ok insert@k 9',
    '0 invoke insert@k 10',
    '0 ok insert@k 10',
    '1 invoke extract-min@k',
    '1 ok extract-min@k 10',
  )
  expect(found.type).toBe('out-of-order')
  expect(found.summary).toMatch(/^key k: process 1 extracted 10 /)
})
