/** The fast decisions agree with the general search; what they leave to it is little. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import type { History } from '../history.ts'
import { parts } from '../linearizable/part.ts'
import { problem, searchOf } from '../linearizable/problem.ts'
import type { Model } from '../model.ts'
import priorityQueue from '../models/priority-queue.ts'
import queue from '../models/queue.ts'
import stack from '../models/stack.ts'
import { bruteForce, only } from '../testing/histories.ts'
import {
  type UniqueKind,
  uniqueHistories,
  uniquePriorityQueue,
  uniqueQueue,
  uniqueStack,
} from '../testing/unique-collections.ts'
import { settle } from './collections.ts'

const seed = 20261121
const numRuns = Number(process.env.SCHISM_RUNS ?? 1200)

const kinds: readonly { readonly model: Model; readonly kind: UniqueKind }[] = [
  { model: queue, kind: uniqueQueue },
  { model: stack, kind: uniqueStack },
  { model: priorityQueue, kind: uniquePriorityQueue },
]

const searched = (history: History, model: Model): boolean =>
  parts(history, model).every((part) => searchOf(problem(part, model)).run(1e9) === 'linearizable')

const loads = {
  'with few faults': { wrong: 8, unknown: 4 },
  'with wrong answers': { wrong: 30, unknown: 0 },
  'with unknown outcomes': { wrong: 20, unknown: 30 },
}

for (const { model, kind } of kinds)
  for (const [name, faults] of Object.entries(loads))
    describe(`a ${model.name} ${name}`, () => {
      test('is judged as the search judges it', () => {
        const seen = { right: 0, wrong: 0, undecided: 0 }
        fc.assert(
          fc.property(uniqueHistories(kind, 12, faults), (history) => {
            const expected = searched(history, model)
            for (const part of parts(history, model)) {
              const settled = settle(history, part, model, unlimited)
              if ('prove' in settled) {
                seen.wrong++
                expect(expected).toBe(false)
                expect(searched(only(history, settled.prove().ops), model)).toBe(false)
              } else if (settled.left.length === 0) {
                seen.right++
                expect(expected).toBe(true)
              } else seen.undecided++
            }
          }),
          { numRuns, seed },
        )
        expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(numRuns / 20)
        if (process.env.SCHISM_RUNS) console.log(model.name, name, seen)
        expect(seen.undecided).toBeLessThan(numRuns / 20)
        if (faults.unknown === 0) expect(seen.undecided).toBe(0)
      })

      test('is proved wrong by operations of which each is needed', () => {
        let proofs = 0
        fc.assert(
          fc.property(uniqueHistories(kind, 8, faults), (history) => {
            const [part] = parts(history, model)
            if (part === undefined) return
            const settled = settle(history, part, model, unlimited)
            if (!('prove' in settled)) return
            proofs++
            const { ops } = settled.prove()
            const [proof] = parts(only(history, ops), model)
            expect(bruteForce(only(history, ops), model)).toBe(false)
            for (const [gone, op] of proof!.ops.entries()) {
              const explains = proof!.ops.some(
                (other, kept) =>
                  kept !== gone &&
                  !model.pure(op) &&
                  proof!.end[kept]! > proof!.start[gone]! &&
                  model.explains!(op, other),
              )
              if (explains) continue
              const rest = ops.filter((_, number) => number !== gone)
              expect(bruteForce(only(history, rest), model)).toBe(true)
            }
          }),
          { numRuns, seed },
        )
        expect(proofs).toBeGreaterThan(numRuns / 40)
      })
    })
