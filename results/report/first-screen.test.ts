import { describe, expect, test } from 'vitest'
import type { VerdictRecord } from '../run.ts'
import { firstScreen, standingOf } from './first-screen.ts'
import { measure } from './measure.ts'
import { type Sample, sampleRun } from './sample.test-helper.ts'
import { timeline } from './timeline.ts'

const register = sampleRun('register')
const set = sampleRun('set')

const findings = ({ run, verdict, history }: Sample, change: Partial<VerdictRecord> = {}) => ({
  run,
  verdict: { ...verdict, ...change },
  measures: measure(history),
  around: timeline(history),
})

const screen = (sample: Sample, change: Partial<VerdictRecord> = {}) =>
  firstScreen(findings(sample, change), [{ node: 'n1', number: 1, text: 'the last words' }])

const unknown = (reason: string) =>
  ({ valid: 'unknown', outcome: 'unknown', reason, checkers: {} }) as const

describe('how a run ended', () => {
  test.each([
    ['violation', screen(set)],
    ['valid', screen(register)],
    ['unknown', screen(register, unknown('out of time: the budget is 60 s'))],
    ['vacuous', screen(register, unknown('vacuous: no ok operation at all'))],
    ['vacuous', screen(register, unknown('nothing was read; vacuous: no ok operation at all'))],
    ['failure', screen(register, { outcome: 'environment', problems: ['no engine'] })],
    ['interrupted', screen(register, { outcome: 'interrupted' })],
    ['malformed', screen(register, { outcome: 'malformed', problems: ['line 3: no type'] })],
  ] as const)('%s', (ending, { ending: found }) => {
    expect(found).toBe(ending)
  })
})

describe('a run without a verdict says what to do', () => {
  test.each([
    ['out of time: the budget is 60 s', /--budget 10m/],
    ['out of memory: the limit is 2048 MiB', /--memory 8GB/],
    ['no read began after 3 of 10 acknowledged adds (1, 2, 3)', /--operation-timeout/],
    ['register 3: 7 is written twice', /values=unique/],
    ['vacuous: 0 ok operations of read (12 fail, 3 info), at least 1 needed', /errors below/],
    ['vacuous: the fault kill (episode 0) was not injected: no leader', /schism doctor/],
  ])('%s', (reason, advice) => {
    expect(screen(register, unknown(reason)).advice.join('\n')).toMatch(advice)
  })

  test('and makes nothing up where it knows no remedy', () => {
    expect(screen(register, unknown('the moon was full')).advice).toEqual([])
    expect(screen(register).advice).toEqual([])
    expect(screen(set).advice).toEqual([])
  })

  test('and names the folder of the run, whatever it is called', () => {
    const run = { ...register.run, id: '$& $1' }
    const [advice] = screen({ ...register, run }, unknown('out of time')).advice
    expect(advice).toContain('schism check $& $1 --budget')
  })
})

test('what each checker could not decide is told, or else the reason of all', () => {
  const stats = { valid: 'unknown', reason: 'vacuous: nothing' } as const
  const told = { ...unknown('x; y'), checkers: { stats, set: { valid: true } } } as const
  expect(screen(register, told).reasons).toEqual(['stats: vacuous: nothing'])
  expect(screen(register, unknown('x; y')).reasons).toEqual(['x; y'])
  expect(screen(register, { ...unknown('x'), problems: ['x'] }).reasons).toEqual([])
})

test('only where the harness failed do the nodes have the last word', () => {
  const failed = screen(register, { outcome: 'environment', problems: ['n1 ended'] })
  expect(failed.quotes.map(({ text }) => text)).toEqual(['the last words'])
  expect(failed.problems).toEqual(['n1 ended'])
  expect(screen(set).quotes).toEqual([])
})

test('what was kept until a run failed is not told as what the system keeps', () => {
  const failed = screen(register, { outcome: 'environment', problems: ['n1 ended'] })
  expect(failed.standing).toEqual({})
  expect(failed.found).toEqual(['linearizable: valid'])
  expect(screen(register).standing).toEqual({ kept: 'linearizable' })
})

test('a run that proves nothing says so in its headline', () => {
  const { word, sentence } = screen(register, unknown('x; vacuous: no ok operation')).headline
  expect(word).toBe('PROVES NOTHING')
  expect(sentence).toBe('etcd register: the run proves nothing: no ok operation')
})

describe('the standing among the levels of consistency', () => {
  const standing = (change: Partial<VerdictRecord>) => standingOf(findings(register, change))
  const violation = (checker: string, type: string) => ({
    ...({ valid: false, outcome: 'violation' } as const),
    checkers: { [checker]: { valid: false } } as const,
    anomalies: [{ checker, type, summary: '', ops: [] }],
  })

  test('of a valid run is what was judged', () => {
    expect(standing({})).toEqual({ kept: 'linearizable' })
  })

  test('of a violation that was placed has both sides', () => {
    const placement = { strongest: 'sequential', weakestBroken: 'linearizable', anomalies: [] }
    expect(standing({ ...violation('linearizable', 'stale-read'), placement })).toEqual({
      ...{ kept: 'sequential', broken: 'linearizable' },
    })
    const none = { ...placement, strongest: 'none', undecided: 'causal' }
    expect(standing({ ...violation('linearizable', 'stale-read'), placement: none })).toEqual({
      ...{ kept: 'no level', broken: 'linearizable', open: 'not decided: causal' },
    })
  })

  test('of a violation that was not placed claims nothing about weaker levels', () => {
    expect(standing(violation('linearizable', 'stale-read'))).toEqual({
      ...{ broken: 'linearizable', open: 'weaker levels were not judged' },
    })
  })

  test('by a checker that knows no levels names its anomaly', () => {
    expect(standing(violation('set', 'lost'))).toEqual({ broken: 'set (lost)' })
  })

  test('of transactions is what their checker found against levels', () => {
    const stats = {
      strongest: 'snapshot-isolation',
      not: 'repeatable-read',
      alsoNot: 'serializable',
    }
    const checkers = (valid: boolean | 'unknown') => ({ 'list-append': { valid, stats } })
    expect(standing({ ...violation('list-append', 'G2-item'), checkers: checkers(false) })).toEqual(
      {
        ...{ kept: 'snapshot-isolation', broken: 'repeatable-read' },
      },
    )
    expect(standing({ checkers: checkers('unknown') })).toEqual({})
    const all = {
      'list-append': { valid: true, stats: { strongest: 'serializable', not: 'none' } },
    }
    expect(standing({ checkers: all })).toEqual({ kept: 'serializable' })
  })

  test('of an unknown is not known', () => {
    expect(standing(unknown('out of time'))).toEqual({})
  })
})
