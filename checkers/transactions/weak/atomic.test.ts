/** Sessions in such numbers that their last writes are not all kept at once. */
import { describe, expect, test } from 'vitest'
import { unlimited } from '../../checker.ts'
import { type EventInput, HistoryBuilder } from '../../history.ts'
import { rwRegister } from '../../rw-register.ts'

const SESSIONS = 600
/** Of so many keys 512 sessions are looked at together. */
const KEYS = 2048
const LAST = SESSIONS - 1

type Step = readonly [f: 'r' | 'w', key: number, value: number]

/** One session writes 1 to all keys; then each updates a key of its own to 2, and the last one reads something. */
const judged = (steps: readonly Step[]) => {
  const builder = new HistoryBuilder()
  const perform = (process: number, value: readonly Step[]): void => {
    const asked = value.map(([f, key, given]) => [f, key, f === 'r' ? null : given])
    builder.add({ process, type: 'invoke', f: 'txn', value: asked } satisfies EventInput)
    builder.add({ process, type: 'ok', f: 'txn', value })
  }
  const all = Array.from({ length: KEYS }, (_, key): Step => ['w', key, 1])
  perform(0, all)
  for (let session = 0; session < SESSIONS; session++)
    perform(session, [
      ['r', session, 1],
      ['w', session, 2],
    ])
  perform(LAST, steps)
  return rwRegister('strong-session-read-atomic')(builder.build(), unlimited)
}

describe('the last of many sessions', () => {
  test('reads what it wrote, and of others what they wrote before', () => {
    const others = Array.from({ length: LAST }, (_, key): Step => ['r', key, 1]).slice(1)
    expect(judged([['r', LAST, 2]])).toMatchObject({ valid: true })
    expect(judged(others)).toMatchObject({ valid: true })
  })

  test('does not read what was there before', () => {
    const verdict = judged([['r', LAST, 1]])
    expect(verdict).toMatchObject({ valid: false, stats: { 'fractured-read-process': 1 } })
  })
})
