import { describe, expect, it } from 'vitest'
import type { Targets, Topology } from '../harness/api.ts'
import { random } from '../harness/random.ts'
import grow from './grow.ts'
import replace from './replace.ts'
import shrink from './shrink.ts'
import wipe from './wipe.ts'

const topology = (servers: number, sentinels = 0): Topology => ({
  members: [
    ...Array.from({ length: servers }, (_, n) => ({
      name: `r${n + 1}`,
      role: 'server',
      serves: true,
    })),
    ...Array.from({ length: sentinels }, (_, n) => ({
      name: `s${n + 1}`,
      role: 'sentinel',
      serves: false,
    })),
  ],
  hasPrimaries: true,
  hasMembership: true,
})
const isRefused = (targets: Targets, of: Topology) => wipe.refuses({ targets }, of) !== undefined

describe('a wipe', () => {
  it.each<[Targets, Topology, boolean]>([
    ['primary', topology(3), false],
    ['one', topology(3), false],
    ['minority', topology(5), false],
    [['r1', 'r2'], topology(5), false],
    [['r1', 'r2'], topology(3), true],
    [['r1', 's1'], topology(3, 3), false],
    [['s1', 's2'], topology(3, 3), true],
    ['majority', topology(3), true],
    ['all', topology(3), true],
    ['followers', topology(3), true],
    [{ role: 'server' }, topology(3, 3), true],
    [{ role: 'server', pick: 'one' }, topology(3, 3), false],
    ['sentinel', topology(3, 3), true],
    ['one', topology(1), true],
    ['primary', topology(2), true],
  ])('of %j is judged by the minority of each role', (targets, of, refused) => {
    expect(isRefused(targets, of)).toBe(refused)
  })

  it('says how many it would hit and how many may be lost; `force` lets it', () => {
    expect(wipe.refuses({ targets: 'all' }, topology(3))).toBe(
      'would lose the data of 3 of 3 nodes (server), and a majority survives the loss of 1 at most: ' +
        'choose fewer, or say "force": true',
    )
    expect(wipe.refuses({ targets: 'all', force: true }, topology(3))).toBeUndefined()
  })

  it('is refused where a system promises nothing without its disks', () => {
    const of = { ...topology(5), needsDisks: true }
    expect(wipe.refuses({ targets: 'one' }, of)).toContain('promises nothing once a disk is lost')
    expect(wipe.refuses({ targets: 'one', force: true }, of)).toBeUndefined()
  })

  it('from the seed is one that may be', () => {
    for (const of of [topology(3), topology(5), topology(2, 3), topology(3, 1)])
      for (let nth = 0; nth < 30; nth++) {
        const { hasPrimaries } = of
        const plan = wipe.plan(
          { ...of, hasPrimaries: hasPrimaries && of.members.length !== 5 },
          random(nth),
          nth + 1,
        )
        expect(wipe.refuses(plan, of)).toBeUndefined()
      }
  })
})

describe('the first wipe', () => {
  it('hits the primary, unless that could be the only node of its role', () => {
    expect(wipe.plan(topology(3), random(1), 0)).toEqual({ targets: 'primary' })
    expect(wipe.refuses(wipe.plan(topology(3, 1), random(1), 0), topology(3, 1))).toBeUndefined()
  })
})

describe('a change of membership', () => {
  it('that leaves no majority, or nobody, is refused', () => {
    expect(shrink.refuses({ targets: ['r1'] }, topology(3))).toBeUndefined()
    expect(shrink.refuses({ targets: ['r1', 'r2'] }, topology(3))).toContain('leave 1 of 3')
    expect(shrink.refuses({ targets: ['r1', 'r2'], force: true }, topology(3))).toBeUndefined()
    expect(shrink.refuses({ targets: 'all', force: true }, topology(3))).toContain('every node')
    expect(replace.refuses({ targets: 'all' }, topology(3))).toBeUndefined()
    expect(replace.refuses({ targets: ['r1'] }, topology(2))).toContain('no majority of 2')
  })

  it('is refused for a system that has none', () => {
    const { hasMembership: _, ...without } = topology(3)
    expect(shrink.refuses({ targets: ['r1'] }, without)).toContain('cannot remove nodes')
    expect(grow.refuses({ count: 1 }, without)).toContain('cannot add nodes')
    expect(grow.refuses({ count: 1 }, topology(3))).toBeUndefined()
    expect(replace.refuses({ targets: ['r1'] }, without)).toContain('cannot replace nodes')
  })
})
