import { expect, test } from 'vitest'
import { milliseconds } from '../../clock.ts'
import type { StartProgram } from '../../program.ts'
import { random } from '../../random.ts'
import { SimNode } from './node.ts'
import { Scheduler } from './scheduler.ts'

/** Plays a program on one node, which is frozen for a while, and what happens to it. */
const played = async (
  start: StartProgram,
  events: (node: SimNode, scheduler: Scheduler) => void,
) => {
  const scheduler = new Scheduler()
  const node = new SimNode('n1', start, {
    scheduler,
    nodes: ['n1'],
    random: random(1),
    send: () => {},
    printed: () => {},
    failed: (_, error) => {
      throw error
    },
  })
  node.begin()
  events(node, scheduler)
  await scheduler.run(
    new Promise<void>((resolve) => void scheduler.after(milliseconds(100), resolve)),
  )
}

test('what is due while a node is frozen comes when it goes on, and can be cancelled until then', async () => {
  const heard: string[] = []
  await played(
    ({ after }) => {
      const cancel = after(10, () => heard.push('reminder'))
      after(10, () => heard.push('timer'))
      return {
        receive: ({ body }) => {
          heard.push(body.type)
          cancel()
        },
      }
    },
    (node, scheduler) => {
      const at = (ms: number, work: () => void) => scheduler.at(milliseconds(ms), work)
      at(5, () => node.pause())
      at(8, () => node.receive({ src: 'c1', dest: 'n1', body: { type: 'answer' } }))
      at(50, () => {
        expect(heard).toEqual([])
        node.resume()
      })
    },
  )
  expect(heard).toEqual(['answer', 'timer'])
})
