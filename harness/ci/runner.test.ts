/** What is tried again, what is played again, and what is not begun; with players that answer as they are told. */
import { describe, expect, test } from 'vitest'
import type { StoredFinding } from '../hunt/replay.ts'
import { Allowance } from './allowance.ts'
import type { Case } from './case.ts'
import type { CiEvent } from './events.ts'
import type { Job } from './play.ts'
import { type Running, runCases } from './runner.ts'
import { answerOf, caseOf, requestOf } from './testing/cases.ts'
import type { Answer } from './worker.ts'

const run = async (
  cases: readonly Case[],
  answers: readonly Answer[] | ((job: Job) => Promise<Answer>),
  given: Partial<Running> = {},
) => {
  const jobs: Job[] = []
  const events: CiEvent[] = []
  const allowance = given.allowance ?? new Allowance()
  const records = await runCases({
    cases,
    config: { retries: 2, again: 3, unfinished: 'unknown' },
    jobs: { docker: 1, sim: 2 },
    signal: new AbortController().signal,
    play: async (job) => {
      jobs.push(job)
      return typeof answers === 'function' ? answers(job) : answers[jobs.length - 1]!
    },
    folder: '/nowhere',
    store: '/nowhere/runs',
    budget: { budgetMs: 1, memoryBytes: 1 },
    tell: (event) => events.push(event),
    ...given,
    allowance,
  })
  allowance.close()
  return { records, jobs, events }
}

describe('a failure of the environment', () => {
  test('is tried again, and said where the next run succeeds', async () => {
    const { records, jobs, events } = await run(
      [caseOf('a')],
      [answerOf('environment'), answerOf('valid')],
    )
    expect(jobs).toHaveLength(2)
    expect(records).toMatchObject([
      { result: 'passed', code: 0, retried: ['it is environment'], run: 'runs/1' },
    ])
    expect(events.map(({ event }) => event)).toEqual(['case-begin', 'retry', 'case-end'])
  })

  test('is an error in the end', async () => {
    const { records, jobs } = await run([caseOf('a')], async () => answerOf('environment'))
    expect(jobs).toHaveLength(3)
    expect(records).toMatchObject([{ result: 'error', outcome: 'environment', code: 253 }])
  })

  test('is not tried again where nothing could begin, nor beside a violation', async () => {
    const none = await run([caseOf('a')], [{ kind: 'environment', message: 'no engine' }])
    expect(none.records).toMatchObject([{ result: 'error', code: 253, says: 'no engine' }])
    const shown = answerOf('violation', { problems: ['a fault was not healed'] })
    const { jobs } = await run([caseOf('a')], [shown, answerOf('valid')], {
      config: { retries: 2, again: 0, unfinished: 'unknown' },
    })
    expect([none.jobs.length, jobs.length]).toEqual([1, 1])
  })
})

describe('a violation', () => {
  test('stands, however many runs of its schedule keep the promise, and they are counted', async () => {
    const { records, jobs } = await run(
      [caseOf('a')],
      [answerOf('violation'), answerOf('valid'), answerOf('violation'), answerOf('valid')],
    )
    expect(records).toMatchObject([
      { result: 'violation', code: 1, again: { violations: 1, runs: 3 } },
    ])
    const [low, high] = records[0]!.again!.interval
    expect([low < 1 / 3, high > 1 / 3]).toEqual([true, true])
    expect(jobs.slice(1).map(({ request }) => request)).toMatchObject(
      Array(3).fill({ planFile: '/nowhere/runs/1/run.json', faults: [], seed: 7 }),
    )
  })

  test('is played again with the seeds behind its own in a simulation, where its own is no other run', async () => {
    const { jobs } = await run([caseOf('a', { cluster: 'sim' })], async () => answerOf('violation'))
    expect(jobs.map(({ request }) => request.seed)).toEqual([7, 8, 9, 10])
  })

  test('that is expected passes at once, and another or none does not', async () => {
    const expecting = (anomaly: string) => [
      caseOf('a', { request: requestOf({ expect: anomaly }) }),
    ]
    const found = await run(expecting('stale-read'), [answerOf('violation')])
    expect(found.records).toMatchObject([{ result: 'passed', outcome: 'violation', code: 0 }])
    const none = await run(expecting(''), [answerOf('valid')])
    expect(none.records).toMatchObject([{ result: 'error', code: 2 }])
    const other = await run(expecting('lost'), async () => answerOf('violation'))
    expect(other.records).toMatchObject([{ result: 'violation', code: 1 }])
  })
})

describe('what is wrong with a run', () => {
  test.each([
    [answerOf('unknown'), { result: 'unknown', outcome: 'unknown', code: 2 }],
    [answerOf('malformed'), { result: 'error', outcome: 'malformed', code: 254 }],
    [
      { kind: 'usage', message: 'no such' },
      { result: 'error', code: 254 },
    ],
    [
      { kind: 'bug', message: 'Error: oh\n    at x.ts' },
      { result: 'error', outcome: 'bug', code: 255, says: 'Error: oh' },
    ],
  ] as const)('%#', async (answer, record) => {
    expect((await run([caseOf('a')], [answer as Answer])).records).toMatchObject([record])
  })
})

describe('a finding of a mistake that is mended', () => {
  const found = { violates: { checker: 'linearizable', anomaly: 'stale-read' } }
  const finding = { folder: 'finding', plan: found as StoredFinding['plan'] }
  const playedAgain = async (valid: true | 'unknown') => {
    const checkers = { linearizable: { valid }, stats: { valid: 'unknown' } } as const
    const { records } = await run(
      [caseOf('a', { finding })],
      [answerOf('unknown', { checkers, reason: 'vacuous: no ok read' })],
    )
    return records[0]
  }

  test('passes though its run is too short to mean more, where its checker finds nothing', async () => {
    expect(await playedAgain(true)).toMatchObject({ code: 0, expected: 'it shows no more' })
  })

  test('is unknown where its checker cannot tell', async () => {
    expect(await playedAgain('unknown')).toMatchObject({ result: 'unknown', code: 2 })
  })
})

describe('time', () => {
  test('that is not there for a case leaves it out, and says so', async () => {
    const long = caseOf('long', { request: requestOf({ timeLimitS: 3600 }) })
    const given = { allowance: new Allowance(600_000) }
    const { records, jobs } = await run([long, caseOf('short')], [answerOf('valid')], given)
    expect(jobs).toHaveLength(1)
    expect(records).toMatchObject([
      { result: 'not-run', code: 2, says: 'not run: it does not fit into the budget of 600 s' },
      { result: 'passed' },
    ])
  })

  test('may be too short without a consequence', async () => {
    const { records } = await run([caseOf('a')], [], {
      allowance: new Allowance(10),
      config: { retries: 0, again: 0, unfinished: 'pass' },
    })
    expect(records).toMatchObject([{ result: 'not-run', code: 0 }])
  })

  test('that ends during a case stops it; a violation that was found by then counts', async () => {
    const stopped = async (answer: Answer, signal = new AbortController().signal) => {
      const allowance = new Allowance(30)
      const slowly = async (): Promise<Answer> => {
        await new Promise((resolve) => allowance.end.addEventListener('abort', resolve))
        return answer
      }
      const quick = caseOf('a', { cluster: 'sim', request: requestOf({ timeLimitS: 0 }) })
      allowance.learn(quick, 1)
      return (await run([quick], slowly, { allowance, signal })).records
    }
    expect(await stopped(answerOf('interrupted'))).toMatchObject([
      { result: 'not-run', says: 'stopped: it did not fit into the budget of 0.03 s' },
    ])
    expect(await stopped(answerOf('interrupted', { valid: false }))).toMatchObject([
      { result: 'violation', code: 1 },
    ])
    // By the time that it ends the user has interrupted as well: that is what counts.
    const controller = new AbortController()
    const interrupted = stopped(answerOf('interrupted'), controller.signal)
    controller.abort()
    expect(await interrupted).toMatchObject([{ result: 'unknown', code: 130 }])
  })
})

test('an interrupt ends what is played, and begins no more', async () => {
  const controller = new AbortController()
  const { records, jobs } = await run(
    [caseOf('a'), caseOf('b')],
    async () => {
      controller.abort()
      return answerOf('interrupted')
    },
    { signal: controller.signal },
  )
  expect(jobs).toHaveLength(1)
  expect(records).toMatchObject([
    { result: 'unknown', outcome: 'interrupted', code: 130 },
    { result: 'not-run', code: 130, says: 'not run: interrupted' },
  ])
})

test('simulations and containers are not played at the same time, and keep their order', async () => {
  let now = { docker: 0, sim: 0 }
  const most = { docker: 0, sim: 0, both: 0 }
  const order: string[] = []
  const cases = ['sim', 'sim', 'sim', 'docker', 'docker', 'sim'].map((cluster, nth) =>
    caseOf(`${nth}`, { cluster: cluster as Case['cluster'], request: requestOf({ seed: nth }) }),
  )
  await run(cases, async ({ cluster, request }) => {
    order.push(`${request.seed}`)
    now = { ...now, [cluster]: now[cluster] + 1 }
    most[cluster] = Math.max(most[cluster], now[cluster])
    most.both = Math.max(most.both, Math.min(now.docker, now.sim))
    await new Promise((resolve) => setTimeout(resolve, 5))
    now = { ...now, [cluster]: now[cluster] - 1 }
    return answerOf('valid')
  })
  expect(most).toEqual({ docker: 1, sim: 2, both: 0 })
  expect(order).toEqual(['0', '1', '2', '3', '4', '5'])
})
