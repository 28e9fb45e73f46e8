import { expect, test } from 'vitest'
import { DefiniteError } from '../harness/api.ts'
import { milliseconds, seconds } from '../harness/clock.ts'
import type { Generator } from '../harness/generator.ts'
import { timeLimit } from '../harness/generators/index.ts'
import { random } from '../harness/random.ts'
import { simulate } from '../harness/testing/simulate.ts'
import lock, { type LockCall } from './lock.ts'

const defaults = Object.fromEntries(
  Object.entries(lock.options).map(([name, option]) => [name, option.default]),
)

/** A lock server on the simulated clock; `forgetful` ones grant for half as long as they say. */
const run = async (options: Record<string, string>, server: 'sound' | 'forgetful' = 'sound') => {
  const plan = lock.plan({
    random: random(1),
    threads: 3,
    options: { ...defaults, ...options },
    claimed: 'best-effort',
  })
  const share = server === 'sound' ? 1 : 0.1
  const leases = new Map<unknown, { readonly by: number; readonly until: number }>()
  let now = 0
  const watched = (generator: Generator<LockCall>): Generator<LockCall> => ({
    step(context) {
      now = context.time
      const step = generator.step(context)
      return step.kind === 'done' ? step : { ...step, next: watched(step.next) }
    },
    update: (context, event) => watched(generator.update(context, event)),
  })
  const history = await simulate<LockCall>({
    threads: 3,
    generator: timeLimit(seconds(20), watched(plan.generator)),
    invoke: (call, process) => {
      const lease = leases.get(call.key)
      const own = lease?.by === process
      if (call.f === 'release') {
        if (own) leases.delete(call.key)
        return { afterMs: 1 }
      }
      if (lease !== undefined && !own && lease.until > now)
        return { afterMs: 1, throws: new DefiniteError('somebody holds it') }
      leases.set(call.key, { by: process, until: now + milliseconds(call.value.ttlMs * share) })
      return { afterMs: 1 }
    },
  })
  const verdict = plan.checkers['lock-safety']!(history, { exceeded: () => undefined })
  const acquired = [...history].filter(({ f, type }) => f === 'acquire' && type === 'ok')
  return { verdict, acquired }
}

test('threads take turns, and every one of them gets the lock', async () => {
  const { verdict, acquired } = await run({})
  expect(verdict.valid).toBe(true)
  expect(acquired.length).toBeGreaterThan(20)
  expect(new Set(acquired.map(({ process }) => process)).size).toBe(3)
})

test('a lock that is granted for less than it says has two holders', async () => {
  const { verdict } = await run({}, 'forgetful')
  expect(verdict).toMatchObject({ valid: false, anomalies: [{ type: 'two-holders' }] })
})

test('a holder that stalls beyond its lease is one of two, unless it looks at the time', async () => {
  const stalls = { 'stall-ms': '3000' }
  const ignored = await run({ ...stalls, lease: 'ignored' })
  expect(ignored.verdict).toMatchObject({ valid: false, anomalies: [{ type: 'two-holders' }] })
  const obeyed = await run({ ...stalls, lease: 'obeyed' })
  expect(obeyed.verdict.valid).toBe(true)
})

test('several locks are held side by side', async () => {
  const { verdict, acquired } = await run({ locks: '2' })
  expect(verdict.valid).toBe(true)
  expect(new Set(acquired.map(({ key }) => key)).size).toBe(2)
})
