/**
 * Eventual consistency (Vogels, "Eventually Consistent", CACM 2009; Burckhardt, "Principles of Eventual
 * Consistency", 2014): once every fault is healed and no update is under way, all replicas come to show
 * the same, and that is what the acknowledged updates lead to. Judged are the last reads of each
 * replica (of each node that the history names, else of each process) after the history came to rest.
 *
 * `divergence`: two replicas show different states in the end. `lost`: they agree, and an acknowledged
 * update is not reflected. `resurrected`: they agree on an element whose every add was over before an
 * acknowledged remove began. `phantom`: a read held what no update could have put there.
 * `duplicated`: a read held an element twice. Each element, or register, is in at most one of the first three.
 *
 * There is no false alarm through concurrency: of a replica's reads those count that none certainly
 * follows, and where these differ, the replica has not settled. A difference that an update of unknown
 * outcome may have made between two reads is no divergence. Both leave the verdict `unknown`, as do a
 * fault that was not healed and a replica that answered no read in the end.
 *
 * Jepsen has no such checker; its `set` and `set-full` judge the last of all reads, whichever node it
 * came from. O(n log n) in operations and elements of reads, and O(nodes) for each element.
 */
import type { Checker, CheckerPlugin, Stats, Verdict } from './checker.ts'
import { type Cells, type Order, UNSETTLED } from './eventual/cells.ts'
import { convergence } from './eventual/convergence.ts'
import { nodesOf, restsFrom, type Site, sitesOf, unrest } from './eventual/quiescence.ts'
import { RegisterCells } from './eventual/registers.ts'
import { SetCells } from './eventual/sets.ts'
import { Findings } from './eventual/words.ts'
import { few, guarded, verdictOf } from './guarded.ts'
import { type History, NEMESIS, OK } from './history.ts'
import type { Meter } from './limits.ts'

export interface EventualOptions {
  /** How long after it came to rest a system may take to converge, in ms: earlier reads do not count; 0 unless given. */
  readonly graceMs?: number
  /**
   * Whether updates that did not overlap must count in the order in which they happened (`realtime`, the
   * default), or the replicas may settle on any order (`any`), as where their clocks decide.
   */
  readonly order?: Order
}

/** A checker of eventual consistency, for sets (add, remove, read) and registers (read, write, cas). */
export const eventualWith = ({ graceMs = 0, order = 'realtime' }: EventualOptions): Checker =>
  guarded('eventual', (history, meter) => judge(history, meter, graceMs, order))

/** Eventual consistency without a time of grace, in real-time order. */
export const eventual: Checker = eventualWith({})

const judge = (history: History, meter: Meter, graceMs: number, order: Order): Verdict => {
  const rest = restsFrom(history)
  const cells: Cells = isSet(history)
    ? new SetCells(history, rest, order, meter)
    : new RegisterCells(history, rest, order, meter)
  const { time } = history.columns
  const from = (rest < 0 ? 0 : time[rest]!) + graceMs * 1e6
  const sites = sitesOf(history, cells.reads, ({ start }) => start > rest && time[start]! >= from)
  const findings = new Findings(cells)
  const open = unrest(history)
  const settled = new Settled(cells, nodesOf(history), findings, meter)
  if (open === undefined)
    for (let key = 0; key < cells.keys; key++) settled.visit(key, sites.get(key))
  const stats = { ...numbersOf(cells, findings), ...convergence(cells, settled.agreeing, rest) }
  return verdictOf(findings.anomalies(), [open, ...settled.reasons()], stats)
}

/** By the updates; where there are none, by whether reads complete with lists. */
const isSet = ({ fs, columns: { type, value, process } }: History): boolean =>
  fs.includes('add') ||
  fs.includes('remove') ||
  (!fs.includes('write') &&
    !fs.includes('cas') &&
    type.some((one, at) => one === OK && process[at] !== NEMESIS && Array.isArray(value.at(at))))

/** Compares the sites of one key after the other. */
class Settled {
  /** Keys on which all replicas agree, with their sites. */
  readonly agreeing = new Map<number, readonly Site[]>()
  private readonly unread: string[] = []
  private readonly unsettled: string[] = []
  private readonly unresolved: string[] = []

  constructor(
    private readonly cells: Cells,
    private readonly nodes: readonly string[],
    private readonly findings: Findings,
    private readonly meter: Meter,
  ) {}

  visit(key: number, sites: readonly Site[] | undefined): void {
    const { cells } = this
    this.noteUnread(key, sites ?? [])
    if (sites === undefined) return
    cells.visit(key, sites)
    let agree = true
    for (const cell of cells.cellsOf(key)) {
      this.meter.step()
      if (!this.compare(cell, sites)) agree = false
    }
    if (agree) this.agreeing.set(key, sites)
  }

  /** Why nothing can be said for certain. */
  reasons(): readonly (string | undefined)[] {
    const { unread, unsettled, unresolved } = this
    const list = (names: readonly string[], why: string): string | undefined =>
      names.length === 0 ? undefined : `${why}: ${few(names)}`
    return [
      this.cells.reads.length === 0 ? 'nothing was ever read' : undefined,
      list(unread, 'not read in the end'),
      list(unsettled, 'concurrent last reads of one replica differ'),
      list(unresolved, 'updates of unknown outcome may have come between reads that differ'),
    ]
  }

  private noteUnread(key: number, sites: readonly Site[]): void {
    if (!this.cells.updated(key)) return
    const name = this.cells.history.keys[key]
    const of = name === undefined ? '' : `${name} `
    if (this.nodes.length === 0 && sites.length === 0) this.unread.push(`${of}at any replica`)
    for (const node of this.nodes)
      if (!sites.some((site) => site.name === node)) this.unread.push(`${of}at ${node}`)
  }

  /** Whether all sites show the same state. */
  private compare(cell: number, sites: readonly Site[]): boolean {
    const { cells, findings } = this
    const first = cells.state(cell, 0)
    let other = 0
    for (let site = 0; site < sites.length; site++) {
      const state = cells.state(cell, site)
      if (state === UNSETTLED) {
        this.unsettled.push(cells.name(cell))
        return false
      }
      if (state !== first) other = site
    }
    if (other === 0) {
      if (!cells.possible(cell, first)) findings.settledWrong(cell, first, sites)
      return true
    }
    const second = cells.state(cell, other)
    const possible = cells.possible(cell, first) && cells.possible(cell, second)
    if (possible && (cells.late(cell, first) || cells.late(cell, second)))
      this.unresolved.push(cells.name(cell))
    else findings.diverged(cell, [sites[0]!, sites[other]!], [first, second])
    return false
  }
}

const numbersOf = (cells: Cells, findings: Findings): Stats => ({
  attempted: cells.attempted,
  acknowledged: cells.acknowledged,
  reads: cells.reads.length,
  ...findings.counts(),
})

export default {
  summary: 'at rest, all replicas show the same, and that every acknowledged update led there',
  check: eventual,
} satisfies CheckerPlugin
