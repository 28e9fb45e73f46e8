import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../checkers/history.ts'
import { faultsOf, kindOf, Situations } from './situations.ts'

const nemesis = (f: string, type: 'ok' | 'fail' | 'invoke', value: object): HistoryEvent =>
  ({ process: 'nemesis', type, f, value }) as unknown as HistoryEvent
const injected = (f: string, episode: number, type: 'ok' | 'fail' = 'ok') =>
  nemesis(f, type, { phase: 'injected', episode })
const healed = (f: string, episode: number) => nemesis(f, 'ok', { phase: 'healed', episode })

test('a kind of message counts once for each set of faults in force', () => {
  const situations = new Situations()
  situations.message('vote')
  situations.event(injected('slow', 0))
  situations.message('vote')
  situations.message('vote')
  situations.event(injected('kill', 1))
  situations.message('append')
  situations.event(healed('slow', 0))
  situations.event(healed('kill', 1))
  situations.message('vote')
  expect(situations.list()).toEqual(['no fault: vote', 'slow: vote', 'kill+slow: append'])
})

test('a fault that did not take hold is none', () => {
  const situations = new Situations()
  situations.event(injected('slow', 0, 'fail'))
  situations.event(nemesis('slow', 'invoke', { phase: 'inject', episode: 1 }))
  situations.message('vote')
  expect(situations.list()).toEqual(['no fault: vote'])
})

test('a situation tells its kind of message and its faults', () => {
  expect([kindOf('kill+slow: append'), faultsOf('kill+slow: append')]).toEqual([
    'append',
    ['kill', 'slow'],
  ])
  expect(faultsOf('no fault: vote')).toEqual([])
})
