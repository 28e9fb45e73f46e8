/**
 * The links of a docker cluster, shaped in the network namespaces of its nodes. Each kind has a home of
 * its own, so that kinds hold side by side and healing one leaves the others: loss and duplicates in
 * nftables' tables, holding in a queue, a rate in a queueing discipline; delay, reordering and wrong bytes
 * in netem where the kernel has it, else in the queue as well. What a node is asked is asked in order.
 */
import type { Link, Shaping, ShapingCount, Traffic } from '../../../capabilities/traffic.ts'
import type { Agent } from '../agent.ts'
import { deleteTables } from '../nft.ts'
import { badChecksums, echo } from './echo.ts'
import {
  addressesIn,
  arrivalOf,
  byNode,
  departureOf,
  type Ends,
  type NetworkMember,
  type Place,
} from './places.ts'
import { clearQueue, type Queued, queueCounts, setQueue } from './queue.ts'
import { connections, reset } from './reset.ts'
import {
  deleteDuplicate,
  duplicateScript,
  duplicateTable,
  lossScript,
  lossTable,
  parseCounts,
} from './rules.ts'
import {
  clientsDevice,
  type LinkShape,
  needsClientsDevice,
  type ShapedLink,
  shapeScript,
  unshapeScript,
} from './shaper.ts'

export const nodeTraffic = (agent: Agent, ends: Ends): Traffic => {
  const rules = new Rules(agent, ends)
  const queues = new Queues(agent, ends)
  const disciplines = new Disciplines(agent, ends)
  const netem = lazily(() => hasNetem(agent))
  return {
    shape: async (links, shaping) => {
      const { kind } = shaping
      if (kind === 'loss' || kind === 'duplicate') await rules.set(links, shaping)
      else if (kind === 'rate') await disciplines.set(links, shaping)
      else if (kind !== 'hold' && (await netem())) await disciplines.set(links, shaping)
      else await queues.set(links, shaping)
    },
    clear: async (kind) => {
      if (kind === 'loss' || kind === 'duplicate') await rules.clear(kind)
      else if (kind === 'rate') await disciplines.clear(kind)
      else if (kind !== 'hold' && (await netem())) await disciplines.clear(kind)
      else await queues.clear(kind)
    },
    counts: (kind) => (kind === 'hold' ? queues.counts(kind) : rules.counts(kind)),
    echo: (links, options) => echo(agent, ends, links, options),
    badChecksums: () => badChecksums(agent, ends),
    connections: (links) => connections(agent, ends, links),
    reset: (links) => reset(agent, ends, links),
  }
}

const lazily = <T>(find: () => Promise<T>): (() => Promise<T>) => {
  let found: Promise<T> | undefined
  return () => {
    found ??= find()
    return found
  }
}

/** Tries it where nothing is touched. */
export const hasNetem = (agent: Agent): Promise<boolean> =>
  agent.run(['unshare', '-n', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem']).then(
    () => true,
    () => false,
  )

/** Work on all nodes at once; a node that has no part in it is given none. */
const onEach = async (
  { members }: Ends,
  places: readonly Place[],
  work: (member: NetworkMember, there: readonly Place[]) => Promise<unknown>,
): Promise<void> => {
  const there = byNode(places)
  await Promise.all(members.map((member) => work(member, there.get(member) ?? [])))
}

type Ruled = Extract<Shaping, { kind: 'loss' | 'duplicate' }>

class Rules {
  constructor(
    private readonly agent: Agent,
    private readonly ends: Ends,
  ) {}

  set(links: readonly Link[], shaping: Ruled): Promise<void> {
    const places = links.map((link) => arrivalOf(link, this.ends))
    return onEach(this.ends, places, (member, there) => {
      if (there.length === 0) return this.nft(member, removal(shaping.kind))
      const script =
        shaping.kind === 'loss'
          ? lossScript(there, shaping)
          : duplicateScript(there, member, shaping.percent)
      return this.nft(member, script)
    })
  }

  clear(kind: Ruled['kind']): Promise<void> {
    return onEach(this.ends, [], (member) => this.nft(member, removal(kind)))
  }

  async counts(kind: Ruled['kind']): Promise<readonly ShapingCount[]> {
    const { members } = this.ends
    const listed = await Promise.all(
      members.map(({ pid }) => this.agent.runIn(pid, ['nft', '-j', 'list', 'ruleset'])),
    )
    return listed.flatMap((json) => parseCounts(json, tableOf[kind]))
  }

  private nft({ pid }: NetworkMember, script: string): Promise<string> {
    return this.agent.runIn(pid, ['nft', '-f', '-'], script)
  }
}

const tableOf = { loss: lossTable, duplicate: duplicateTable } as const
const removal = (kind: Ruled['kind']): string =>
  kind === 'loss' ? deleteTables([lossTable]) : deleteDuplicate

/** Does a node's work one after another. */
class Turns {
  private readonly last = new Map<NetworkMember, Promise<unknown>>()

  take<T>(member: NetworkMember, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(member) ?? Promise.resolve()
    const turn = before.then(work, work)
    this.last.set(member, turn)
    return turn
  }
}

class Queues {
  private readonly turns = new Turns()

  constructor(
    private readonly agent: Agent,
    private readonly ends: Ends,
  ) {}

  set(links: readonly Link[], queued: Queued): Promise<void> {
    const places = links.map((link) => arrivalOf(link, this.ends))
    return onEach(this.ends, places, (member, there) =>
      this.turns.take(member, () =>
        there.length === 0
          ? clearQueue(this.agent, member, queued.kind)
          : setQueue(this.agent, member, there, queued),
      ),
    )
  }

  clear(kind: Queued['kind']): Promise<void> {
    return onEach(this.ends, [], (member) =>
      this.turns.take(member, () => clearQueue(this.agent, member, kind)),
    )
  }

  async counts(kind: Queued['kind']): Promise<readonly ShapingCount[]> {
    const { members } = this.ends
    const counted = await Promise.all(
      members.map(async (member) => ({
        member,
        counts: await queueCounts(this.agent, member, kind),
      })),
    )
    return counted.flatMap(({ member, counts }) =>
      linksAt(member, this.ends).flatMap((place) => {
        const found = addressesIn(place.addresses).flatMap(
          (address) => counts.get(`${place.direction}:${address}`) ?? [],
        )
        const sum = (what: 'packets' | 'touched') =>
          found.reduce((total, count) => total + count[what], 0)
        return found.length === 0
          ? []
          : [{ link: place.link, packets: sum('packets'), touched: sum('touched') }]
      }),
    )
  }
}

/** Every link that is met at a node. */
const linksAt = (member: NetworkMember, ends: Ends): readonly Place[] => {
  const peers = ends.members.filter((peer) => peer !== member).map(({ name }) => name)
  return [
    ...[...peers, 'clients'].map((from) => arrivalOf({ from, to: member.name }, ends)),
    arrivalOf({ from: member.name, to: 'clients' }, ends),
  ]
}

type Disciplined = Extract<Shaping, { kind: 'rate' | 'delay' | 'reorder' | 'corrupt' }>

/** A node has one tree for all kinds, so this one remembers what is set; a fresh process has set nothing. */
class Disciplines {
  private readonly turns = new Turns()
  private readonly shapings = new Map<string, { places: readonly Place[]; shaping: Disciplined }>()

  constructor(
    private readonly agent: Agent,
    private readonly ends: Ends,
  ) {}

  set(links: readonly Link[], shaping: Disciplined): Promise<void> {
    const places = links.map((link) => departureOf(link, this.ends))
    const before = this.shapings.get(shaping.kind)?.places ?? []
    this.shapings.set(shaping.kind, { places, shaping })
    return this.renew([...before, ...places])
  }

  clear(kind: Disciplined['kind']): Promise<void> {
    const before = this.shapings.get(kind)?.places
    this.shapings.delete(kind)
    // Nothing set here may still be set by a process before this one: then every tree is removed.
    return before === undefined && this.shapings.size > 0
      ? Promise.resolve()
      : this.renew(before ?? linksOfAll(this.ends))
  }

  /** Makes the trees of the nodes at these places anew; packets that wait there are lost. */
  private renew(places: readonly Place[]): Promise<void> {
    const touched = byNode(places)
    return onEach(this.ends, places, (member) =>
      touched.has(member)
        ? this.turns.take(member, () => this.build(member, this.shapesAt(member)))
        : Promise.resolve(),
    )
  }

  private build({ pid }: NetworkMember, links: readonly ShapedLink[]): Promise<string> {
    const device = needsClientsDevice(links)
      ? `ip link add ${clientsDevice} type ifb && ip link set ${clientsDevice} up && `
      : ''
    const command = `${unshapeScript}; ${links.length === 0 ? 'true' : `${device}tc -batch -`}`
    return this.agent.runIn(pid, ['sh', '-c', command], shapeScript(links))
  }

  private shapesAt(member: NetworkMember): readonly ShapedLink[] {
    const links = new Map<string, { place: Place; shape: LinkShape }>()
    for (const { places, shaping } of this.shapings.values())
      for (const place of byNode(places).get(member) ?? []) {
        const key = `${place.direction} ${place.peer}`
        const part =
          shaping.kind === 'rate' ? { rateKbitS: shaping.kbitS } : { [shaping.kind]: shaping }
        links.set(key, { place, shape: { ...links.get(key)?.shape, ...part } })
      }
    return [...links.values()]
  }
}

const linksOfAll = (ends: Ends): readonly Place[] =>
  ends.members.flatMap((member) => linksAt(member, ends).filter(({ at }) => at === member))
