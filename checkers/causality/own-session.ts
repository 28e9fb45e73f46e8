/**
 * Read your writes and monotonic reads: what one session may say about one key, whatever others do.
 * One pass over the operations with two tables; operations are numbered by session, so an entry that is
 * below the session's first operation is an older session's and counts as none. O(n)
 */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { type Finding, type Found, most } from './finding.ts'
import type { Step } from './schedule.ts'
import { INITIAL, type Sessions } from './sessions.ts'

/** A read of a value that the session had seen before it saw another one. */
export const nonMonotonicReads = (sessions: Sessions, meter: Meter): Found => {
  const found = new Violations()
  const { size, first, session, source, key } = sessions
  /** The last read of each key, and of each write, so far. */
  const lastRead = new Int32Array(sessions.registers.versions.keys).fill(NONE)
  const lastReadOf = new Int32Array(size).fill(NONE)
  for (let op = 0; op < size; op++) {
    meter.step()
    const from = source[op]!
    if (from < 0 && from !== INITIAL) continue
    const begin = first[session[op]!]!
    const last = lastRead[key[op]!]!
    if (last >= begin && source[last] !== from) {
      const earlier = from === INITIAL ? NONE : lastReadOf[from]!
      if (from === INITIAL || earlier >= begin) found.add(key[op]!, { read: op, by: last, earlier })
    }
    lastRead[key[op]!] = op
    if (from >= 0) lastReadOf[from] = op
  }
  return found.all(({ read, by, earlier }) => ({
    type: 'non-monotonic-read',
    ops: [source[by]!, ...seenBefore(sessions, read, earlier), by, read],
    steps: [...(earlier < begins(sessions, read) ? [] : [then(earlier, by)]), then(by, read)],
    ...{ read, by },
  }))
}

/**
 * After an own write of the key, a read of a value other than that one that the session had seen,
 * written or begun with before: or a read of a value that the session is only going to write.
 */
export const unreadWrites = (sessions: Sessions, meter: Meter): Found => {
  const found = new Violations()
  const { size, first, session, source, key, writes } = sessions
  const lastWrite = new Int32Array(sessions.registers.versions.keys).fill(NONE)
  const firstReadOf = new Int32Array(size).fill(NONE)
  for (let op = 0; op < size; op++) {
    meter.step()
    const from = source[op]!
    const begin = first[session[op]!]!
    const own = lastWrite[key[op]!]!
    if (from >= 0 && session[from] === session[op]) {
      if (from > op) found.add(key[op]!, { read: op, by: from, earlier: NONE })
      else if (from !== own) found.add(key[op]!, { read: op, by: own, earlier: from })
    } else if (from >= 0) {
      const earlier = firstReadOf[from]!
      if (earlier < begin) firstReadOf[from] = op
      else if (own >= earlier) found.add(key[op]!, { read: op, by: own, earlier })
    } else if (from === INITIAL && own >= begin)
      found.add(key[op]!, { read: op, by: own, earlier: NONE })
    if (writes[op] === 1) lastWrite[key[op]!] = op
  }
  return found.all(({ read, by, earlier }) =>
    by > read
      ? {
          type: 'future-read',
          ops: [read, by],
          steps: [then(read, by), { from: by, to: read, relation: 'wr' }],
          ...{ read, by },
        }
      : {
          type: 'read-your-writes',
          ops: [...seenBefore(sessions, read, earlier), by, read],
          steps: [
            ...(earlier === NONE || earlier === by ? [] : [then(earlier, by)]),
            then(by, read),
          ],
          ...{ read, by },
        },
  )
}

const then = (from: number, to: number): Step => ({ from, to, relation: 'process' })

const begins = ({ first, session }: Sessions, op: number): number => first[session[op]!]!

/** What shows that the value was seen before: its write, and the earlier read of it. */
const seenBefore = ({ source }: Sessions, read: number, earlier: number): number[] => [
  ...(source[read]! < 0 ? [] : [source[read]!]),
  ...(earlier === NONE ? [] : [earlier]),
]

interface Violation {
  readonly read: number
  readonly by: number
  /** Where the session saw the value before, or NONE. */
  readonly earlier: number
}

/** The first violation of each key. */
class Violations {
  private readonly byKey = new Map<number, Violation>()

  add(key: number, violation: Violation): void {
    if (!this.byKey.has(key)) this.byKey.set(key, violation)
  }

  all(finding: (violation: Violation) => Finding): Found {
    const findings = [...this.byKey.values()].slice(0, most).map(finding)
    return { findings, total: this.byKey.size }
  }
}
