/** For tests: random transactions on three registers, each of which is written once at most. */
import fc from 'fast-check'
import { type EventInput, History } from '../history.ts'
import { asked, microOperations } from './transactions.ts'

/** Reads see what is written somewhere, or nil. Some transactions overlap all that follow, some fail. */
export const writtenOnceHistories: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      process: fc.nat(2),
      reads: fc.subarray(['x', 'y', 'z']),
      seen: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      writes: fc.subarray(['x', 'y', 'z'], { maxLength: 1 }),
      type: fc.constantFrom<('ok' | 'fail')[]>('ok', 'ok', 'ok', 'fail'),
      overlaps: fc.boolean(),
    }),
    { minLength: 2, maxLength: 7 },
  )
  .map((drawn) => {
    const written = new Set<string>()
    const open = new Set<number>()
    const all: EventInput[] = []
    const late: EventInput[] = []
    for (const { process: thread, reads, seen, writes, type, overlaps } of drawn) {
      const process = open.has(thread) ? thread + 10 * (all.length + 1) : thread
      const fresh = writes.filter((key) => !written.has(key))
      if (type !== 'fail') for (const key of fresh) written.add(key)
      const text = [
        ...reads.map((key, at) => `r${key}${seen[at] ? 1 : ''}`),
        ...fresh.map((key) => `w${key}1`),
      ]
      const value = microOperations('rw-register', text.join(' '))
      all.push({ process, type: 'invoke', f: 'txn', value: asked(value) })
      const completion: EventInput = { process, type, f: 'txn', value }
      if (overlaps) open.add(process)
      if (overlaps) late.push(completion)
      else all.push(completion)
    }
    return History.from([...all, ...late])
  })
