/**
 * The leader is alone when somebody changes the membership through it, and the next leader is cut off from one
 * of its voters in the moment of its election, when it is asked for another change. Of an even number of
 * members both sides may then have a majority by their own reckoning, if the new leader changed the membership
 * before it knew what was committed: the mistake in Raft's first published rule for it. Of an odd number of
 * nodes one is removed before.
 */
import type { Template } from '../../harness/api.ts'

/** What leaders say when they begin to lead. */
const ELECTED = 'leads in term|became leader|elected leader'
/** Before the leader is alone the removed node is out of it, s. */
const SHRINK_S = 0.5
/** The changes are asked for when the leader is alone, s. */
const AFTER_S = 0.02

export default {
  summary:
    'two leaders are asked for different changes of an even membership, each on its own side',
  source: 'Ongaro, raft-dev, 10 July 2015 (bug in single-server membership changes)',
  parameters: {
    quiet: { summary: 's before it', default: 5, from: 0.6, to: 600 },
    alone: {
      summary: 's that the leader is alone, unless another leads before',
      default: 20,
      from: 0.5,
      to: 60,
    },
    apart: { summary: 's that the sides are apart', default: 15, from: 0.5, to: 60 },
  },
  needs: { nodes: 4, primaries: true, membership: true },
  schedule: ({ quiet = 0, alone = 0, apart = 0 }, { topology, random }) => {
    const names = random.shuffle(topology.members.map(({ name }) => name))
    const isOdd = names.length % 2 === 1
    const even = isOdd ? names.slice(1) : names
    const left = even.slice(0, even.length / 2)
    const right = even.slice(even.length / 2)
    const changes = [
      { via: left, remove: random.pick(right) },
      { via: right, remove: random.pick(left) },
    ]
    const removal = {
      at: quiet - SHRINK_S,
      for: SHRINK_S + alone + apart,
      fault: 'shrink',
      plan: { targets: names.slice(0, 1) },
    }
    return {
      episodes: [
        {
          name: 'alone',
          at: quiet,
          for: alone,
          until: { on: 'log', pattern: ELECTED },
          fault: 'partition',
          plan: { shape: 'isolate', targets: 'primary' },
        },
        {
          when: { on: 'healed', episode: 'alone' },
          for: apart,
          fault: 'partition',
          plan: { shape: 'halves', left, right },
        },
        {
          at: quiet + AFTER_S,
          for: alone + apart,
          fault: 'rival-changes',
          plan: { changes, periodMs: 20 },
        },
        ...(isOdd ? [removal] : []),
      ],
    }
  },
} satisfies Template
