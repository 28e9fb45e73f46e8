import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import { linearizable } from '../linearizable.ts'
import type { Model } from '../model.ts'
import { lines } from '../testing/histories.ts'
import priorityQueue from './priority-queue.ts'
import queue from './queue.ts'
import set from './set.ts'
import stack from './stack.ts'

interface Case {
  readonly claim: string
  readonly model: Model
  readonly valid: boolean | 'unknown'
  readonly text: readonly string[]
}

// Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", TOPLAS 1990,
// figure 1: histories of a queue with the processes A (0), B (1) and C (2), and x = 1, y = 2, z = 3.
const herlihyWing: readonly Case[] = [
  {
    claim: 'H1: concurrent enqueues may take effect in either order',
    model: queue,
    valid: true,
    text: [
      '0 invoke enqueue 1',
      '1 invoke enqueue 2',
      '1 ok enqueue 2',
      '0 ok enqueue 1',
      '1 invoke dequeue',
      '1 ok dequeue 1',
      '0 invoke dequeue',
      '0 ok dequeue 2',
      '0 invoke enqueue 3',
    ],
  },
  {
    claim: 'H2: x was enqueued before y, so y does not come out first',
    model: queue,
    valid: false,
    text: [
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '1 invoke enqueue 2',
      '0 invoke dequeue',
      '1 ok enqueue 2',
      '0 ok dequeue 2',
    ],
  },
  {
    claim: 'H3: an enqueue that has not completed may have taken effect',
    model: queue,
    valid: true,
    text: ['0 invoke enqueue 1', '1 invoke dequeue', '1 ok dequeue 1'],
  },
  {
    claim: 'H4: no element comes out twice',
    model: queue,
    valid: false,
    text: [
      '0 invoke enqueue 1',
      '1 invoke enqueue 2',
      '0 ok enqueue 1',
      '1 ok enqueue 2',
      '0 invoke dequeue',
      '2 invoke dequeue',
      '0 ok dequeue 2',
      '2 ok dequeue 2',
    ],
  },
]

// Bouajjani, Emmi, Enea and Hamza, "On Reducing Linearizability to State Reachability", ICALP 2015,
// and Henzinger, Sezgin and Vafeiadis, "Aspect-Oriented Linearizability Proofs", CONCUR 2013: the ways
// in which a queue or a stack goes wrong.
const badPatterns: readonly Case[] = [
  {
    claim: 'VFresh: nobody had enqueued what came out',
    model: queue,
    valid: false,
    text: ['0 invoke dequeue', '0 ok dequeue 1', '0 invoke enqueue 1', '0 ok enqueue 1'],
  },
  {
    claim: 'VOrd: what was enqueued first never comes out, what came later does',
    model: queue,
    valid: false,
    text: [
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '0 invoke enqueue 2',
      '0 ok enqueue 2',
      '0 invoke dequeue',
      '0 ok dequeue 2',
    ],
  },
  {
    claim: 'VWit: at no moment of the dequeue that found nothing the queue was empty',
    model: queue,
    valid: false,
    text: [
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '1 invoke dequeue',
      '0 invoke enqueue 2',
      '0 ok enqueue 2',
      '0 invoke dequeue',
      '0 ok dequeue 1',
      '1 ok dequeue null',
    ],
  },
  {
    claim: 'the same, when the first element may come out before the second goes in',
    model: queue,
    valid: true,
    text: [
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '1 invoke dequeue',
      '0 invoke dequeue',
      '2 invoke enqueue 2',
      '0 ok dequeue 1',
      '2 ok enqueue 2',
      '1 ok dequeue null',
    ],
  },
  {
    claim: 'the first in came out of a stack first, without a push in between',
    model: stack,
    valid: false,
    text: [
      '0 invoke push 1',
      '0 ok push 1',
      '0 invoke push 2',
      '0 ok push 2',
      '0 invoke pop',
      '0 ok pop 1',
    ],
  },
  {
    claim: 'a pop overlaps the push of the element above',
    model: stack,
    valid: true,
    text: [
      '0 invoke push 1',
      '0 ok push 1',
      '0 invoke push 2',
      '1 invoke pop',
      '1 ok pop 1',
      '0 ok push 2',
    ],
  },
]

const others: readonly Case[] = [
  {
    claim: 'a dequeue of unknown outcome took the first element away',
    model: queue,
    valid: true,
    text: [
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '0 invoke enqueue 2',
      '0 ok enqueue 2',
      '1 invoke dequeue',
      '1 info dequeue !timeout',
      '0 invoke dequeue',
      '0 ok dequeue 2',
    ],
  },
  {
    claim: 'a dequeue that failed took nothing away',
    model: queue,
    valid: false,
    text: [
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '1 invoke dequeue',
      '1 fail dequeue !refused',
      '0 invoke dequeue',
      '0 ok dequeue null',
    ],
  },
  {
    claim: 'the smallest comes first',
    model: priorityQueue,
    valid: false,
    text: [
      '0 invoke insert 10',
      '0 ok insert 10',
      '0 invoke insert 9',
      '0 ok insert 9',
      '0 invoke extract-min',
      '0 ok extract-min 10',
    ],
  },
  {
    claim: 'equal numbers come out as often as they went in',
    model: priorityQueue,
    valid: true,
    text: [
      '0 invoke insert 3',
      '0 ok insert 3',
      '0 invoke insert 3',
      '0 ok insert 3',
      '0 invoke delete-min',
      '0 ok delete-min 3',
      '0 invoke delete-min',
      '0 ok delete-min 3',
      '0 invoke delete-min',
      '0 ok delete-min null',
    ],
  },
  {
    claim: 'an enqueue of null could not be told from an empty queue',
    model: queue,
    valid: 'unknown',
    text: ['0 invoke enqueue null', '0 ok enqueue null'],
  },
  {
    claim: 'a priority queue of words has no order that everybody agrees on',
    model: priorityQueue,
    valid: 'unknown',
    text: ['0 invoke insert "a"', '0 ok insert "a"'],
  },
  {
    claim: 'an add that changed nothing shows that the element was there',
    model: set,
    valid: false,
    text: ['0 invoke add 1', '0 ok add false'],
  },
  {
    claim: 'a blind removal of what was never there is no violation',
    model: set,
    valid: true,
    text: ['0 invoke remove 1', '0 ok remove 1', '0 invoke contains 1', '0 ok contains false'],
  },
  {
    claim: 'a removal that tells nothing may have come before the add that it overlaps',
    model: set,
    valid: true,
    text: [
      '0 invoke add 1',
      '1 invoke remove 1',
      '1 ok remove 1',
      '0 ok add 1',
      '0 invoke contains 1',
      '0 ok contains true',
    ],
  },
  {
    claim: 'two whole reads saw two adds in different orders',
    model: set,
    valid: false,
    text: [
      '0 invoke add 1',
      '1 invoke add 2',
      '2 invoke read',
      '2 ok read [1]',
      '3 invoke read',
      '3 ok read [2]',
      '0 ok add 1',
      '1 ok add 2',
    ],
  },
  {
    claim: 'a whole read in another order of the elements is the same read',
    model: set,
    valid: true,
    text: [
      '0 invoke add 1',
      '1 invoke add 2',
      '0 ok add 1',
      '1 ok add 2',
      '2 invoke read',
      '2 ok read [2,1]',
      '2 invoke read',
      '2 ok read [1,2]',
    ],
  },
  {
    claim: 'an answer that is neither true nor false cannot be judged',
    model: set,
    valid: 'unknown',
    text: ['0 invoke contains 1', '0 ok contains 1'],
  },
]

for (const [source, cases] of Object.entries({ herlihyWing, badPatterns, others }))
  describe(source, () => {
    for (const { claim, model, valid, text } of cases)
      test(`${model.name}: ${claim}`, () => {
        expect(linearizable(model)(lines(...text), unlimited).valid).toBe(valid)
      })
  })
