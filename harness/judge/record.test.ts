import { expect, test } from 'vitest'
import { recordOf, withProblems } from './record.ts'

const anomaly = { type: 'stale-read', summary: 'stale', ops: [1, 2] }
const verdicts = {
  valid: { valid: true },
  unknown: { valid: 'unknown', reason: 'out of time' },
  violation: { valid: false, anomalies: [anomaly] },
} as const

test('a violation beats a problem, a problem all else, and none changes nothing', () => {
  const outcomes = (problems: readonly string[]) =>
    Object.values(verdicts).map((linearizable) => {
      const record = withProblems(recordOf('a run', { linearizable }, []), problems)
      expect(record.problems).toEqual(problems)
      return record.outcome
    })
  expect(outcomes([])).toEqual(['valid', 'unknown', 'violation'])
  expect(outcomes(['a probe passed'])).toEqual(['environment', 'environment', 'violation'])
})
