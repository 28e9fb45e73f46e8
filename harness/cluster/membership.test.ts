import { describe, expect, it } from 'vitest'
import type { ClusterNode, MemberList } from '../api.ts'
import { keepsMajority } from '../api.ts'
import { realClock } from '../clock.ts'
import { clusterMembership } from './membership.ts'

const node = (name: string): ClusterNode => ({
  name,
  role: 'server',
  serves: true,
  address: name,
  endpoint: (port) => ({ host: name, port }),
})

/** A system in memory whose requests can be lost on their way there or back, and whose nodes can be down. */
class Toy {
  readonly nodes = ['n1', 'n2', 'n3', 'n4'].map(node)
  members = new Set(['n1', 'n2', 'n3'])
  pending = new Set<string>()
  down = new Set(['n4'])
  empty = new Set(['n4'])
  /** What happens to the next requests: `lost` never arrives, `unanswered` is carried out all the same. */
  fates: ('lost' | 'unanswered')[] = []
  readonly done: string[] = []
  readonly outside = new Set(['n4'])

  readonly membership = clusterMembership({
    protocol: {
      view: async (via) => {
        if (this.down.has(via.name)) throw new Error('no answer')
        return this.list()
      },
      add: (_, { name }) => this.request(`add ${name}`, () => this.pending.add(name)),
      remove: (via, { name }) =>
        this.request(`remove ${name} via ${via.name}`, () => {
          this.members.delete(name)
          this.pending.delete(name)
        }),
      joining: async () => ({ '/joining': [...this.members].join() }),
    },
    own: this.nodes.slice(0, 3),
    outside: this.outside,
    spare: this.nodes.slice(3),
    processes: {
      kill: async (names) => {
        for (const name of names) this.down.add(name)
      },
      wipe: async (names) => {
        for (const name of names) this.empty.add(name)
      },
      isWiped: async (name) => this.empty.has(name),
      state: async (name) => ({
        state: this.down.has(name) ? 'gone' : 'running',
        pid: undefined,
        cpuNs: undefined,
      }),
      start: async (names) => {
        for (const name of names) this.start(name)
      },
    },
    write: async (name, files) => {
      this.done.push(`${name} joins ${files['/joining']}`)
    },
    messages: {
      name: () => 'nobody',
      open: () => Promise.reject(new Error('this system has a protocol of its own')),
    },
    clock: realClock(),
    deadlineMs: 1000,
  })

  private start(name: string): void {
    this.done.push(`start ${name}`)
    this.down.delete(name)
    this.empty.delete(name)
    if (this.pending.delete(name)) this.members.add(name)
  }

  private list(): MemberList {
    const names = [...this.members]
    return { members: names, pending: [...this.pending], identities: {} }
  }

  private async request(what: string, carryOut: () => unknown): Promise<void> {
    const fate = this.fates.shift()
    this.done.push(fate === undefined ? what : `${what} (${fate})`)
    if (fate !== 'lost') carryOut()
    if (fate !== undefined) throw new Error('no answer in time')
  }
}

describe('a removal', () => {
  it('asks another node, then kills the removed one and takes its data', async () => {
    const toy = new Toy()
    await toy.membership.remove('n1')
    expect(toy.done).toEqual(['remove n1 via n2'])
    expect(toy.down).toContain('n1')
    expect(toy.empty).toContain('n1')
    expect(await toy.membership.outside()).toEqual(['n1', 'n4'])
    expect(toy.outside).toEqual(new Set(['n1', 'n4']))
  })

  it('whose answer was lost is not asked for again', async () => {
    const toy = new Toy()
    toy.fates = ['unanswered']
    await toy.membership.remove('n1')
    expect(toy.done).toEqual(['remove n1 via n2 (unanswered)'])
  })

  it('that never arrived is asked for again, elsewhere', async () => {
    const toy = new Toy()
    toy.fates = ['lost']
    await toy.membership.remove('n1')
    expect(toy.done).toEqual(['remove n1 via n2 (lost)', 'remove n1 via n3'])
  })

  it('that is never carried out ends in an error with the system’s reason', async () => {
    const toy = new Toy()
    toy.fates = Array.from({ length: 100 }, () => 'lost' as const)
    await expect(toy.membership.remove('n1')).rejects.toThrow(
      'the removal of n1 is undecided: no answer in time',
    )
    expect(toy.down).not.toContain('n1')
  })
})

describe('an addition', () => {
  it('whose answer was lost is looked up, and the node starts with what it must know', async () => {
    const toy = new Toy()
    toy.fates = ['unanswered']
    await toy.membership.add('n4')
    expect(toy.done).toEqual(['add n4 (unanswered)', 'n4 joins n1,n2,n3', 'start n4'])
    expect((await toy.membership.view()).members).toEqual(['n1', 'n2', 'n3', 'n4'])
    expect(await toy.membership.outside()).toEqual([])
  })
})

describe('restoring', () => {
  it('does nothing to a whole cluster, and leaves nodes alone that are only down', async () => {
    const toy = new Toy()
    toy.down.add('n2')
    await toy.membership.restore()
    expect(toy.done).toEqual([])
    expect(toy.down).toContain('n2')
  })

  it('adds what is missing, removes the spare, and replaces a member without data', async () => {
    const toy = new Toy()
    await toy.membership.remove('n1')
    await toy.membership.add('n4')
    toy.down.add('n2').add('n2')
    toy.empty.add('n2')
    toy.done.length = 0
    await toy.membership.restore()
    expect(toy.done.map((step) => step.replace(/ via .*/, ''))).toEqual([
      'add n1',
      'n1 joins n2,n3,n4',
      'start n1',
      'remove n2',
      'add n2',
      'n2 joins n3,n4,n1',
      'start n2',
      'remove n4',
    ])
    expect([...toy.members].toSorted()).toEqual(['n1', 'n2', 'n3'])
    expect(toy.outside).toEqual(new Set(['n4']))
  })

  it('asked for several times at once is done once', async () => {
    const toy = new Toy()
    await toy.membership.remove('n1')
    toy.done.length = 0
    await Promise.all([1, 2, 3].map(() => toy.membership.restore()))
    expect(toy.done).toEqual(['add n1', 'n1 joins n2,n3', 'start n1'])
  })

  it('goes on with an addition that was left half-way', async () => {
    const toy = new Toy()
    toy.members.delete('n3')
    toy.pending.add('n3')
    toy.down.add('n3')
    await toy.membership.restore()
    expect(toy.done).toEqual(['n3 joins n1,n2', 'start n3'])
  })
})

describe('a majority', () => {
  const view = { members: ['a', 'b'], pending: [], identities: {} }
  const members = (...answering: readonly string[]) => ({
    members: ['a', 'b', 'c'],
    pending: [],
    identities: {},
    views: Object.fromEntries(answering.map((name) => [name, view])),
  })

  it('is of those there would be, and of the cluster’s own', () => {
    expect(keepsMajority(members('a', 'b', 'c'), 3, { without: 'c' })).toBe(true)
    expect(keepsMajority(members('a', 'c'), 3, { without: 'c' })).toBe(false)
    expect(keepsMajority(members('a', 'b', 'c'), 5, { without: 'c' })).toBe(false)
    expect(keepsMajority(members('a', 'b', 'c'), 3, { with: 'd' })).toBe(true)
    expect(keepsMajority(members('a', 'b'), 3, { with: 'd' })).toBe(false)
  })
})
