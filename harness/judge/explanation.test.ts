import { describe, expect, test } from 'vitest'
import type { Checker } from '../../checkers/checker.ts'
import { unlimited } from '../../checkers/checker.ts'
import { type EventInput, History } from '../../checkers/history.ts'
import { linearizable } from '../../checkers/linearizable.ts'
import register from '../../checkers/models/register.ts'
import { set } from '../../checkers/set.ts'
import { explained } from './explanation.ts'
import { recordOf } from './record.ts'

const operation = (process: number, f: string, value: unknown, seen = value): EventInput[] => [
  { type: 'invoke', process, f, value },
  { type: 'ok', process, f, value: seen },
]

const explain = (check: Checker, events: readonly EventInput[], limits = unlimited) => {
  const history = History.from(events)
  const verdict = recordOf('x', { checker: check(history, unlimited) }, [])
  return explained(verdict, { checker: check }, history, limits)
}

const stale = [
  ...operation(0, 'write', 1),
  ...operation(0, 'write', 2),
  ...operation(1, 'read', null, 1),
]

describe('a violation', () => {
  test('of linearizability comes with how far an order goes, and with the levels kept', async () => {
    const { witness, placement } = await explain(linearizable(register), stale)
    expect(witness).toMatchObject({
      valid: false,
      partial: { ops: [0, 2], states: ['1', '2'], stuck: 4, pending: [4] },
    })
    expect(placement).toMatchObject({ strongest: 'sequential', weakestBroken: 'linearizable' })
  })

  test('by a checker without a model is left as it is', async () => {
    const verdict = await explain(set, [
      ...operation(0, 'add', 1),
      ...operation(0, 'read', null, []),
    ])
    expect(verdict.valid).toBe(false)
    expect(verdict).not.toHaveProperty('witness')
    expect(verdict).not.toHaveProperty('placement')
  })

  test('stands without an explanation where the limits end before one is found', async () => {
    const verdict = await explain(linearizable(register), stale, { exceeded: () => 'out of time' })
    expect(verdict.valid).toBe(false)
    expect(verdict).not.toHaveProperty('witness')
  })
})

test('a valid history needs no explanation', async () => {
  const verdict = await explain(linearizable(register), operation(0, 'write', 1))
  expect(Object.keys(verdict)).not.toContain('placement')
})
