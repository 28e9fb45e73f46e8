/** Several groups on the same three nodes, in the simulation: each has its own leader, log and state machine. */
import { expect, test } from 'vitest'
import type { Json, Message } from '../../../harness/api.ts'
import { milliseconds } from '../../../harness/clock.ts'
import { SimNetwork } from '../../../harness/cluster/sim/network.ts'
import { SimNode } from '../../../harness/cluster/sim/node.ts'
import { Scheduler } from '../../../harness/cluster/sim/scheduler.ts'
import { random } from '../../../harness/random.ts'
import { Groups } from './groups.ts'
import type { StateMachine } from './machine.ts'
import type { RaftNode } from './node.ts'

const names = ['n1', 'n2', 'n3']
const options = { bug: 'none', snapshotAfter: 4, electionMs: 100 } as const

/** Keeps the words it is given; each comes to how many there are. */
class Words implements StateMachine<string, number> {
  words: readonly string[] = []
  apply(word: string): number {
    this.words = [...this.words, word]
    return this.words.length
  }
  snapshot(): Json {
    return this.words
  }
  restore(snapshot: Json): void {
    this.words = snapshot as readonly string[]
  }
}

interface Replica {
  readonly raft: RaftNode<string, number>
  readonly machine: Words
}

class Three {
  readonly scheduler = new Scheduler()
  readonly nodes = new Map<string, SimNode>()
  /** By `NODE/GROUP`: the present run's. */
  readonly replicas = new Map<string, Replica>()
  readonly heard: string[] = []

  constructor() {
    const { scheduler, nodes } = this
    const chance = random(7)
    const network = new SimNetwork({
      ...{ scheduler, random: chance.fork('network'), nodes: names },
      deliver: (message: Message) => nodes.get(message.dest)?.receive(message),
    })
    const around = {
      ...{ scheduler, nodes: names, random: chance, printed: () => {} },
      send: (message: Message) => network.send(message),
      failed: (_: string, error: unknown) => {
        throw error
      },
    }
    for (const name of names) nodes.set(name, new SimNode(name, this.program(), around))
    for (const node of nodes.values()) node.begin()
  }

  private program(): ConstructorParameters<typeof SimNode>[1] {
    return (world) => {
      const groups = new Groups<string, number>(world, options)
      for (const group of ['a', 'b']) {
        const machine = new Words()
        const place = `${world.self}/${group}`
        const listener = {
          leads: () => this.heard.push(`${place} leads`),
          ended: () => this.heard.push(`${place} ended`),
        }
        const raft = groups.start({ name: group, nodes: world.nodes, machine, listener })
        this.replicas.set(place, { raft, machine })
      }
      return { receive: (message) => void groups.receive(message) }
    }
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.run(
      new Promise<void>((resolve) => void this.scheduler.after(milliseconds(ms), resolve)),
    )
  }

  leaderOf(group: string): string {
    return names.find((name) => this.replicas.get(`${name}/${group}`)!.raft.leads)!
  }

  propose(group: string, word: string): string[] {
    const came: string[] = []
    const { raft } = this.replicas.get(`${this.leaderOf(group)}/${group}`)!
    raft.propose(word, {
      done: (result) => came.push(`${result}`),
      lost: () => came.push('lost'),
    })
    return came
  }

  wordsOf(group: string): readonly (readonly string[])[] {
    return names.map((name) => this.replicas.get(`${name}/${group}`)!.machine.words)
  }
}

test('each group replicates its own commands, through restarts and snapshots', async () => {
  const three = new Three()
  await three.pass(1000)
  const came = [three.propose('a', 'x'), three.propose('b', 'y')]
  await three.pass(500)
  expect(came).toEqual([['1'], ['1']])
  for (const word of ['p', 'q', 'r', 's', 't', 'u']) three.propose('a', word)
  await three.pass(500)
  for (const node of three.nodes.values()) node.kill()
  for (const node of three.nodes.values()) node.begin()
  await three.pass(1000)
  const all = ['x', 'p', 'q', 'r', 's', 't', 'u']
  expect(three.wordsOf('a')).toEqual([all, all, all])
  expect(three.wordsOf('b')).toEqual([['y'], ['y'], ['y']])
})

test('who leads hears of it when it knows all, and when that ends', async () => {
  const three = new Three()
  await three.pass(1000)
  const leader = three.leaderOf('a')
  expect(three.heard).toContain(`${leader}/a leads`)
  three.nodes.get(leader)!.pause()
  const came = three.propose('a', 'x')
  await three.pass(1000)
  three.nodes.get(leader)!.resume()
  await three.pass(500)
  expect(three.heard).toContain(`${leader}/a ended`)
  expect(three.leaderOf('a')).not.toBe(leader)
  expect(came).toHaveLength(1)
})
