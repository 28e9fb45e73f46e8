/** Cases and answers for tests of how cases are run. */
import type { Outcome, RunRecord, VerdictRecord } from '../../../results/run.ts'
import { type TestRequest, usualRun } from '../../plan.ts'
import type { Case } from '../case.ts'
import type { Answer } from '../worker.ts'

export const requestOf = (given: Partial<TestRequest> = {}): TestRequest => ({
  ...usualRun,
  system: 'raft',
  faults: ['partition'],
  seed: 7,
  options: {},
  ...given,
})

export const caseOf = (name: string, given: Partial<Case> = {}): Case => ({
  name,
  place: 'runs.0',
  given: 'raft',
  request: requestOf(),
  cluster: 'docker',
  workload: 'register',
  faults: 'partition',
  command: `npx schism test raft --seed 7`,
  ...given,
})

/** A run that ended so. */
export const answerOf = (outcome: Outcome, given: Partial<VerdictRecord> = {}): Answer => {
  const valid = outcome === 'violation' ? false : outcome === 'valid' ? true : 'unknown'
  const anomaly = { type: 'stale-read', summary: 'stale', ops: [1, 2], checker: 'linearizable' }
  const verdict: VerdictRecord = {
    version: 1,
    input: '',
    valid,
    anomalies: valid === false ? [anomaly] : [],
    checkers: {},
    outcome,
    problems: outcome === 'environment' ? ['n1 was never ready'] : [],
    notes: [],
    ...given,
  }
  const run: Partial<RunRecord> = {
    seed: 7,
    command: 'npx schism test raft --seed 7',
    systemVersion: '1',
    workload: 'register',
    environment: { 'image digest': 'sha256:1' },
  }
  return {
    kind: 'played',
    folder: '/nowhere/runs/1',
    run: run as RunRecord,
    verdict,
    says: `it is ${outcome}`,
    detail: 'a report',
  }
}
