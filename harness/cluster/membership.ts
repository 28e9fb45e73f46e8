/**
 * Changes of membership that end well whatever is lost on the way. A request to add or remove a node whose
 * answer is lost may still be carried out, so no answer is trusted: the system's own list of members is
 * asked again and again until it shows the change, and the request is repeated only while it does not. A
 * node that is taken in starts with an empty data folder, and one that is removed loses its own: a former
 * member that comes back with its old data is a stranger who knows too much.
 */
import type {
  ClusterNode,
  MemberList,
  Members,
  Membership,
  MembershipProtocol,
  Processes,
} from '../api.ts'
import type { Messages } from '../capabilities/messages.ts'
import { type Clock, milliseconds, sleep } from '../clock.ts'
import { EnvironmentError, messageOf } from '../errors.ts'

export interface MembershipParts {
  readonly protocol: MembershipProtocol
  /** The cluster's own nodes, and those beyond them that may be taken in. */
  readonly own: readonly ClusterNode[]
  readonly spare: readonly ClusterNode[]
  /** The names of nodes that do not belong to the system; kept up to date here. */
  readonly outside: Set<string>
  readonly processes: Pick<Processes, 'state' | 'kill' | 'wipe' | 'isWiped' | 'start'>
  /** Puts files into a node that does not run. */
  readonly write: (node: string, files: Readonly<Record<string, string>>) => Promise<void>
  readonly messages: Messages
  /** The time of the run. */
  readonly clock: Clock
  /** How long a change may stay undecided; ms. */
  readonly deadlineMs?: number
}

const DEADLINE_MS = 30_000
const ANSWER_MS = 1_000
const PAUSE_MS = 100

/** Who does not belong to the system is not started by a fault that starts what it finds down. */
export const insideOnly = (processes: Processes, outside: ReadonlySet<string>): Processes => ({
  ...processes,
  start: (names) => processes.start(names.filter((name) => !outside.has(name))),
})

export const clusterMembership = (parts: MembershipParts): Membership => {
  const { own, spare, processes } = parts
  const changes = new Changes(parts)
  let last: Promise<unknown> = Promise.resolve()
  /** One change at a time: healings may ask for several at once. */
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const turn = last.catch(() => {}).then(change)
    last = turn
    return turn
  }
  const restoreOne = async (name: string, { members }: MemberList): Promise<void> => {
    if (members.includes(name)) {
      const isDown = (await processes.state(name)).state === 'gone'
      if (!isDown || !(await processes.isWiped(name))) return
    }
    if (members.includes(name)) await changes.remove(name)
    await changes.add(name)
  }
  return {
    view: () => changes.view(),
    add: (name) => inTurn(() => changes.add(name)),
    remove: (name) => inTurn(() => changes.remove(name)),
    ask: (via, change, name) => changes.request(via, change, name),
    outside: async () => {
      const { members, pending } = await changes.view()
      const known = new Set([...members, ...pending])
      return [...own, ...spare].map(({ name }) => name).filter((name) => !known.has(name))
    },
    restore: () =>
      inTurn(async () => {
        const before = await changes.view()
        for (const { name } of own) await restoreOne(name, before)
        const known = [...before.members, ...before.pending]
        for (const { name } of spare) if (known.includes(name)) await changes.remove(name)
      }),
  }
}

class Changes {
  private readonly nodes: readonly ClusterNode[]

  constructor(private readonly parts: MembershipParts) {
    this.nodes = [...parts.own, ...parts.spare]
  }

  async view(): Promise<Members> {
    const views: Record<string, MemberList> = {}
    await Promise.all(
      this.nodes.map(async (node) => {
        const list = await this.ask((signal) =>
          this.parts.protocol.view(node, this.nodes, signal, this.parts.messages),
        ).catch(() => undefined)
        // A node that was removed and does not know it yet is not asked for its opinion.
        if (list !== undefined && [...list.members, ...list.pending].includes(node.name))
          views[node.name] = list
      }),
    )
    const list = mostFrequent(Object.values(views))
    if (list === undefined) throw new EnvironmentError('no node says who belongs to the system')
    return { ...list, views }
  }

  async add(name: string): Promise<void> {
    const { protocol, processes, write, messages } = this.parts
    const node = this.find(name)
    const isKnown = ({ members, pending }: Members) =>
      members.includes(name) || pending.includes(name)
    const taken = await this.until('taking in', name, isKnown, (via) =>
      this.ask((signal) => protocol.add(via, node, signal, messages)),
    )
    this.parts.outside.delete(name)
    if (taken.members.includes(name)) return processes.start([name])
    await processes.kill([name])
    await processes.wipe([name])
    const [via] = this.others(taken, name)
    const files = this.ask((signal) => protocol.joining(via!, node, this.nodes, signal))
    await write(name, await files)
    await processes.start([name])
    await this.until('the start of', name, ({ members }) => members.includes(name))
  }

  async remove(name: string): Promise<void> {
    const { protocol, processes, messages } = this.parts
    const node = this.find(name)
    const isGone = ({ members, pending }: Members) =>
      !members.includes(name) && !pending.includes(name)
    await this.until('the removal of', name, isGone, (via) =>
      this.ask((signal) => protocol.remove(via, node, signal, messages)),
    )
    this.parts.outside.add(name)
    await processes.kill([name])
    await processes.wipe([name])
  }

  request(via: string, change: 'add' | 'remove', name: string): Promise<void> {
    const { protocol, messages } = this.parts
    const [asked, node] = [this.find(via), this.find(name)]
    return this.ask((signal) => protocol[change](asked, node, signal, messages))
  }

  /** Looks until the members are as wanted, and asks one node after the other for it while they are not. */
  private async until(
    what: string,
    name: string,
    holds: (members: Members) => boolean,
    request?: (via: ClusterNode) => Promise<unknown>,
  ): Promise<Members> {
    const { clock, deadlineMs } = this.parts
    const deadline = clock.now() + milliseconds(deadlineMs ?? DEADLINE_MS)
    let reason = 'the system does not show it'
    for (let turn = 0; ; turn++) {
      try {
        const members = await this.view()
        if (holds(members)) return members
        const vias = this.others(members, name)
        await request?.(vias[turn % vias.length]!)
      } catch (error) {
        reason = messageOf(error)
      }
      if (clock.now() > deadline)
        throw new EnvironmentError(`${what} ${name} is undecided: ${reason}`)
      await sleep(clock, milliseconds(PAUSE_MS))
    }
  }

  /** Who can be asked about a node: others that answer, or itself when it is alone. */
  private others({ views }: Members, name: string): readonly ClusterNode[] {
    const answering = this.nodes.filter((node) => node.name in views)
    const others = answering.filter((node) => node.name !== name)
    return others.length > 0 ? others : answering
  }

  private find(name: string): ClusterNode {
    const node = this.nodes.find((candidate) => candidate.name === name)
    if (node === undefined) throw new EnvironmentError(`no node is called ${name}`)
    return node
  }

  private async ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController()
    const cancel = this.parts.clock.after(milliseconds(ANSWER_MS), () => late.abort())
    try {
      return await question(late.signal)
    } finally {
      cancel()
    }
  }
}

const mostFrequent = (lists: readonly MemberList[]): MemberList | undefined => {
  const counts = new Map<string, { list: MemberList; count: number }>()
  for (const list of lists) {
    const key = [list.members.toSorted().join(), list.pending.toSorted().join()].join('/')
    const entry = counts.get(key) ?? { list, count: 0 }
    entry.count++
    counts.set(key, entry)
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count)[0]?.list
}
