import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Logs, PrintedLine } from '../../api.ts'
import { toySystem, withCluster } from './fixture.ts'

const ticking =
  '$| = 1; print "start $$\\n"; while (1) { print "tick ", ++$n, "\\n"; select(undef, undef, undef, 0.02) }'

/** From here on both have printed that they started: who listens later must not hear it. */
async function untilBothTick(logs: Logs): Promise<void> {
  const nodes = new Set<string>()
  const stop = await logs.follow(({ node, text }) => {
    if (text.startsWith('tick')) nodes.add(node)
  })
  await expect.poll(() => nodes.size, { timeout: 10_000 }).toBe(2)
  stop()
}

it('what nodes print is heard at once, once each, and after a restart too', () =>
  withCluster(
    {
      nodes: 2,
      system: toySystem({
        spec: () => ({ argv: ['perl', '-e', ticking], dataFolder: '/data' }),
        ready: async () => {},
      }),
    },
    async (cluster) => {
      await untilBothTick(cluster.logs!)
      const heard: PrintedLine[] = []
      const stop = await cluster.logs!.follow((line) => heard.push(line))
      const ticks = (node: string) =>
        heard
          .filter((line) => line.node === node && line.text.startsWith('tick'))
          .map(({ text }) => Number(text.split(' ')[1]))
      await expect.poll(() => ticks('n1').length, { timeout: 10_000 }).toBeGreaterThan(20)
      await expect.poll(() => ticks('n2').length, { timeout: 10_000 }).toBeGreaterThan(0)
      const first = ticks('n1')
      // Every one of them, in order, from the first one heard.
      expect(first).toEqual(first.map((_, at) => first[0]! + at))

      await cluster.processes!.kill(['n1'])
      const before = ticks('n1').length
      await wait(150)
      expect(heard.filter(({ text }) => text.startsWith('start'))).toEqual([])
      await cluster.processes!.start(['n1'])
      await expect.poll(() => ticks('n1').length, { timeout: 10_000 }).toBeGreaterThan(before + 10)
      const started = heard.filter(({ text }) => text.startsWith('start'))
      expect(started).toEqual([{ node: 'n1', text: expect.stringMatching(/^start \d+$/) }])
      const again = ticks('n1').slice(before)
      expect(again).toEqual(again.map((_, at) => again[0]! + at))
      expect([first.length, again[0]]).toEqual([first.length, 1])

      stop()
      const last = heard.length
      await wait(150)
      expect(heard).toHaveLength(last)
    },
  ))
