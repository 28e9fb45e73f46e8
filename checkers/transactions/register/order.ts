/**
 * Which versions of a register come before which, from several sources (as Elle's options): the initial state before
 * all others; what a transaction read before what it then wrote (`wfr-keys`); what a process saw of a register
 * before what it saw later (`sequential-keys`); real time (`linearizable-keys`). A source that contradicts those
 * before it on a register is an anomaly, and does not count there.
 */
import { FAIL, NONE } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import { components } from '../components.ts'
import { digraph } from '../digraph.ts'
import { Edges } from '../edges.ts'
import { Ranges } from '../ranges.ts'
import { type Shown, shownBy } from './shown.ts'
import { eachInteraction, keyOfVersion, type Versions } from './versions.ts'
import { placeAfter, rowOf, type Zones, zonesOf } from './zones.ts'

/** What may be chosen, in the order in which they count. */
export const sources = ['wfr-keys', 'sequential-keys', 'linearizable-keys'] as const
export type Source = (typeof sources)[number]

export interface Order {
  readonly versions: Versions
  readonly shown: Shown
  /** Each version before another one, by reads before writes and by processes. */
  readonly pairs: readonly (readonly [before: number, after: number])[]
  /** Real time, and the registers on which it counts; undefined where it was not chosen. */
  readonly zones: Zones | undefined
  readonly timed: (key: number) => boolean
  readonly contradictions: readonly Contradiction[]
}

/** Versions of a register that each come before all the others. */
export interface Contradiction {
  readonly key: number
  readonly versions: readonly number[]
  readonly sources: readonly string[]
}

/** O(n log n) of the versions @throws OutOfLimits */
export const orderOf = (versions: Versions, chosen: readonly Source[], meter: Meter): Order => {
  const shown = shownBy(versions)
  meter.hold(shown.all.length * 8 + shown.reads.length * 4 + versions.size * 8)
  const claims = sources
    .filter((source) => chosen.includes(source))
    .map((source) => claimOf(source, versions, shown))
  const every = tangled(versions, shown, claims)
  const contradictions: Contradiction[] = []
  const accepted: Claim[] = []
  for (const claim of every.length === 0 ? [] : claims) {
    meter.poll()
    const wrong = tangled(versions, shown, [...accepted, claim])
    const named = ['initial-state', ...accepted.map(({ source }) => source), claim.source]
    contradictions.push(...wrong.map((tangle) => ({ ...tangle, sources: named })))
    const keys = new Set(wrong.map(({ key }) => key))
    accepted.push(without(versions, claim, keys))
  }
  const valid = every.length === 0 ? claims : accepted
  const time = valid.find(({ zones }) => zones !== undefined)
  return {
    versions,
    shown,
    pairs: valid.flatMap(({ pairs }) => pairs),
    zones: time?.zones,
    timed: (key) => time !== undefined && !time.except.has(key),
    contradictions,
  }
}

/** What one source says. */
interface Claim {
  readonly source: Source
  readonly pairs: readonly (readonly [before: number, after: number])[]
  readonly zones?: Zones
  /** Registers on which it does not count. */
  readonly except: ReadonlySet<number>
}

const claimOf = (source: Source, versions: Versions, shown: Shown): Claim => {
  const except = new Set<number>()
  if (source === 'wfr-keys') return { source, pairs: updates(versions, shown), except }
  if (source === 'sequential-keys') return { source, pairs: sequences(versions), except }
  return { source, pairs: [], zones: zonesOf(versions), except }
}

const without = (versions: Versions, claim: Claim, except: ReadonlySet<number>): Claim => ({
  ...claim,
  pairs: claim.pairs.filter(([before]) => !except.has(keyOfVersion(versions, before))),
  except,
})

const updates = ({ version }: Versions, { update }: Shown): [number, number][] => {
  const pairs: [number, number][] = []
  for (let read = 0; read < update.length; read++) {
    const [found, left] = [version[read]!, update[read]!]
    if (left !== NONE && found !== NONE && found !== left) pairs.push([found, left])
  }
  return pairs
}

/** What each process left of a register before what it found there next. */
const sequences = (versions: Versions): [number, number][] => {
  const { size, process, outcome, keys } = versions.transactions
  const pairs: [number, number][] = []
  const last = new Map<number, number>()
  const number = new Map<number, number>()
  for (let one = 0; one < size; one++) {
    if (outcome[one] === FAIL) continue
    const who = number.get(process[one]!) ?? number.size
    number.set(process[one]!, who)
    eachInteraction(versions, one, (found, left) => {
      const place = who * keys + keyOfVersion(versions, found)
      const before = last.get(place)
      if (before !== undefined && before !== found) pairs.push([before, found])
      last.set(place, left)
    })
  }
  return pairs
}

const BEFORE = 1

/** Where versions come before each other in a circle, by some sources together. */
const tangled = (
  versions: Versions,
  shown: Shown,
  claims: readonly Claim[],
): readonly Omit<Contradiction, 'sources'>[] => {
  if (claims.length === 0) return []
  const { all, start, place } = shown
  const edges = new Edges(all.length)
  for (let key = 0; key + 1 < start.length; key++) {
    const initial = start[key]!
    if (start[key + 1]! === initial || all[initial]! < versions.transactions.owner.length) continue
    for (let at = initial + 1; at < start[key + 1]!; at++) edges.add(initial, at, BEFORE)
  }
  for (const { pairs, zones, except } of claims) {
    for (const [before, after] of pairs) edges.add(place[before]!, place[after]!, BEFORE)
    if (zones === undefined) continue
    for (let key = 0; key + 1 < start.length; key++)
      if (!except.has(key)) addTime(versions, shown, zones, key, edges)
  }
  const graph = digraph(edges.nodes, edges)
  const { count, start: begin, nodes } = components(graph, ~0)
  const found: Omit<Contradiction, 'sources'>[] = []
  for (let component = 0; component < count; component++) {
    if (begin[component + 1]! - begin[component]! < 2) continue
    const members = nodes.subarray(begin[component]!, begin[component + 1]!)
    const known = [...members].filter((node) => node < all.length).map((node) => all[node]!)
    found.push({ key: keyOfVersion(versions, known[0]!), versions: known.sort((a, b) => a - b) })
  }
  return found.sort((a, b) => a.versions[0]! - b.versions[0]!)
}

const addTime = (
  versions: Versions,
  shown: Shown,
  zones: Zones,
  key: number,
  edges: Edges,
): void => {
  const { all, start, place } = shown
  const row = rowOf(versions, shown, zones, key, () => true)
  const ranges = new Ranges(
    edges,
    row.versions.map((one) => place[one]!),
  )
  const at = new Map(row.versions.map((one, where) => [one, where]))
  for (let where = start[key]!; where < start[key + 1]!; where++) {
    const one = all[where]!
    const ended = zones.ended[one]!
    if (ended === NONE) continue
    const low = placeAfter(row, versions.transactions.completed[ended]!)
    const own = at.get(one)
    ranges.linkWithout(where, BEFORE, low, own === undefined ? [] : [own])
  }
}
