import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import { type EventInput, History } from './history.ts'
import plugin, { stats } from './stats.ts'
import { lines } from './testing/histories.ts'

const ok = ['0 invoke read', '0 ok read 1', '1 invoke write 2', '1 info write 2 !timeout']
const phase = (name: string): EventInput => ({
  process: 'nemesis',
  type: 'info',
  f: 'observe',
  value: { kind: 'phase', phase: name },
})
const fault = (type: 'invoke' | 'ok' | 'fail' | 'info', value: object): EventInput => ({
  process: 'nemesis',
  type,
  f: 'partition',
  value,
})
const operation: readonly EventInput[] = [
  { process: 0, type: 'invoke', f: 'read', value: null },
  { process: 0, type: 'ok', f: 'read', value: 1 },
]
const injected = (held: boolean) => ({
  phase: 'injected',
  episode: 1,
  targets: [],
  done: null,
  installMs: 1,
  observeMs: 1,
  evidence: { held, summary: '3 of 6 cut links dropped a probe' },
})

test('counts outcomes and latencies by operation', () => {
  const events = [
    { process: 0, type: 'invoke', f: 'read', value: null, time: 0 },
    { process: 0, type: 'ok', f: 'read', value: 1, time: 2e6 },
    { process: 0, type: 'invoke', f: 'write', value: null, time: 2e6 },
    { process: 0, type: 'fail', f: 'write', value: null, time: 500e6, error: 'refused' },
  ] as const
  const verdict = stats({ needs: ['read'] })(History.from(events), unlimited)
  expect(verdict).toMatchObject({
    valid: true,
    stats: {
      'ok.read': 1,
      'fail.write': 1,
      'info.write': 0,
      'latencyMs.read.p99': 2,
      okPerSecond: 2,
    },
  })
})

describe('a run is vacuous when', () => {
  test('an operation that matters never succeeded', () => {
    expect(stats({ needs: ['read', 'write'] })(lines(...ok), unlimited)).toMatchObject({
      valid: 'unknown',
      reason: 'vacuous: 0 ok operations of write (0 fail, 1 info), at least 1 needed',
    })
    expect(plugin.check(lines(...ok), unlimited).valid).toBe('unknown')
    expect(stats({ needs: ['read'] })(lines(...ok), unlimited).valid).toBe(true)
  })

  test('an operation that matters was never invoked', () => {
    expect(stats({ needs: ['cas'] })(lines(...ok), unlimited)).toMatchObject({
      reason: 'vacuous: 0 ok operations of cas (none invoked), at least 1 needed',
    })
  })

  test('fewer succeeded than asked for', () => {
    expect(stats({ needs: ['read'], minimum: 2 })(lines(...ok), unlimited)).toMatchObject({
      reason: 'vacuous: 1 ok operations of read (0 fail, 0 info), at least 2 needed',
    })
  })

  test('nothing happened', () => {
    expect(stats()(lines(), unlimited)).toMatchObject({ reason: 'vacuous: no ok operation at all' })
  })

  test('nothing succeeded while faults came and went', () => {
    const late = [phase('main'), phase('recovery'), phase('final'), ...operation, phase('end')]
    expect(stats()(History.from(late), unlimited)).toMatchObject({
      reason: 'vacuous: no ok operation in the main phase',
    })
    const early = [phase('main'), ...operation, phase('recovery')]
    expect(stats()(History.from(early), unlimited).valid).toBe(true)
  })

  test('a fault did not take hold', () => {
    const inject = fault('invoke', { phase: 'inject', episode: 1, planned: {} })
    const judge = (...more: readonly EventInput[]) =>
      stats()(History.from([...operation, inject, ...more]), unlimited)
    expect(judge()).toMatchObject({
      reason:
        'vacuous: the fault partition (episode 1) did not take hold: ' +
        'it was requested and never installed',
    })
    expect(judge(fault('fail', injected(false)))).toMatchObject({
      reason: expect.stringMatching(/did not take hold: 3 of 6 cut links dropped a probe$/),
    })
    expect(judge(fault('ok', injected(true))).valid).toBe(true)
  })

  test('a fault waited for something that never came', () => {
    const reason = '5 ok operations did not come within 4 s'
    const skipped = fault('info', { phase: 'skipped', episode: 2, planned: {}, reason })
    expect(stats()(History.from([...operation, skipped]), unlimited)).toMatchObject({
      reason: `vacuous: the fault partition (episode 2) was not injected: ${reason}`,
    })
  })

  test('but not when the same fault took hold another time', () => {
    const inject = fault('invoke', { phase: 'inject', episode: 1, planned: {} })
    const missed = fault('invoke', { phase: 'inject', episode: 2, planned: {} })
    const unheld = fault('fail', { ...injected(false), episode: 2 })
    const skipped = fault('info', { phase: 'skipped', episode: 3, planned: {}, reason: 'late' })
    const events = [...operation, inject, fault('ok', injected(true)), missed, unheld, skipped]
    expect(stats()(History.from(events), unlimited)).toMatchObject({
      valid: true,
      stats: { episodesNotInjected: 2 },
    })
  })
})
