/**
 * Shifts the clocks of nodes, from outside and without anything in the image: the code by which a process
 * asks for the time lies in a page that the kernel maps into it, and a debugger may write there. The first
 * write gives the process a page of its own; forked children inherit it, executed programs get a fresh one.
 * So as long as anything is shifted all processes of the nodes are looked at every few hundredths of a
 * second, and new ones are patched.
 *
 * What asks the kernel itself is not shifted: system calls that do not go through the vDSO, waits for an
 * absolute time, times of files. Known and accepted: a signal handler that interrupted a thread within the
 * first bytes of a patched function and returns there afterwards.
 */
import { readFile } from 'node:fs/promises'
import type { WallTime } from '../../../api.ts'
import type { ClockReading, ClockStatement, Clocks, Skew } from '../../../capabilities/clocks.ts'
import { wallTime } from '../../../clock.ts'
import { EnvironmentError, messageOf } from '../../../errors.ts'
import type { Agent } from '../agent.ts'
import { attempt, type Engine } from '../engine.ts'
import type { Memory } from '../memory.ts'
import type { DockerNode } from '../node.ts'
import { decodeHeader, type Shifts, told } from './header.ts'
import { type VdsoPatch, vdsoPatch } from './image.ts'
import { Installer, type Place } from './installer.ts'
import {
  changed,
  headerOf,
  type Moment,
  type NodeSkews,
  reaches,
  type SetSkew,
  unskewed,
} from './skews.ts'

/** How often processes are looked at while a clock is shifted; ms. */
const WATCH_MS = 30

/** How long the tested system may take to say what time it is; ms. */
const ASK_MS = 1000

export interface ClockParts {
  readonly engine: Engine
  readonly agent: Agent
  readonly nodes: readonly DockerNode[]
  /** What the tested system says of a node's wall clock; undefined when it cannot. */
  ask(node: string, signal: AbortSignal): Promise<WallTime | undefined>
  /** Hears what goes wrong with processes that start later. */
  warn(message: string): void
}

export interface RunningClocks extends Clocks {
  /** Ends the watching; nothing may follow. */
  close(): void
}

export const nodeClocks = (parts: ClockParts): RunningClocks => new NodeClocks(parts)

class NodeClocks implements RunningClocks {
  readonly #parts: ClockParts
  readonly #memory: Memory
  readonly #names: readonly string[]
  readonly #containers = new Map<string, Promise<string>>()
  readonly #skews = new Map<string, NodeSkews>()
  #patch: Promise<VdsoPatch> | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #watching: NodeJS.Timeout | undefined
  #warned: string | undefined

  constructor(parts: ClockParts) {
    this.#parts = parts
    this.#memory = parts.agent.memory
    this.#names = parts.nodes.map(({ name }) => name)
  }

  async set(nodes: readonly string[], skew: Skew, scope = {}): Promise<void> {
    for (const node of nodes) this.#refuseStranger(node)
    const since = await moment()
    await this.#change(skew.kind, nodes, { skew, scope, since })
  }

  clear(kind: Skew['kind']): Promise<void> {
    return this.#change(kind, [], undefined)
  }

  read(nodes: readonly string[]): Promise<Readonly<Record<string, readonly ClockReading[]>>> {
    return this.#inTurn(async () => {
      const patch = await this.#loaded()
      const places = await this.#places(nodes)
      const processes = await new Installer(this.#memory, patch).scan(places)
      const { wall } = await moment()
      const ahead = ({ wall: shift }: Shifts): number => Number(told(wall, shift) - wall) / 1e6
      const readings = places.map(({ node, container, skews }) => {
        const own = processes.filter((process) => process.container === container)
        const read = own.map(({ pid, name, bytes }): ClockReading => {
          const header = patch.headerIn(bytes)
          return {
            pid,
            process: name,
            offsetMs: header === undefined ? 0 : ahead(decodeHeader(header)),
            wantedMs: ahead(decodeHeader(headerOf(skews, name))),
            isSkewed: reaches(skews, name),
          }
        })
        return [node, read] as const
      })
      return Object.fromEntries(readings)
    })
  }

  async ask(node: string): Promise<ClockStatement | undefined> {
    this.#refuseStranger(node)
    try {
      const before = wallTime().getTime()
      const said = await this.#parts.ask(node, AbortSignal.timeout(ASK_MS))
      // The host's clock is read in whole milliseconds.
      const after = wallTime().getTime() + 1
      if (said === undefined) return undefined
      return {
        offsetMs: said.ms - (before + after) / 2,
        withinMs: said.withinMs + (after - before) / 2,
      }
    } catch {
      // Stopped, cut off or busy: the processes' memory tells as well.
      return undefined
    }
  }

  close(): void {
    this.#skews.clear()
    clearTimeout(this.#watching)
  }

  #change(kind: Skew['kind'], nodes: readonly string[], next: SetSkew | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const previous = new Map(this.#skews)
      for (const node of this.#names) {
        const known = this.#skews.get(node) ?? unskewed
        const had = known.now.some(({ skew }) => skew.kind === kind)
        const set = nodes.includes(node) ? next : undefined
        if (had || set !== undefined) this.#skews.set(node, changed(known, kind, set))
      }
      // A fresh process, that remembers nothing, heals too: so every node is looked at.
      const places = await this.#places(this.#names, previous)
      await new Installer(this.#memory, await this.#loaded()).converge(places)
      this.#watch()
    })
  }

  /** Goes on as long as any clock is shifted. */
  #watch(): void {
    clearTimeout(this.#watching)
    const shifted = [...this.#skews].flatMap(([node, { now }]) => (now.length > 0 ? [node] : []))
    if (shifted.length === 0) return
    const look = async (): Promise<void> => {
      await this.#inTurn(() => this.#look(shifted)).catch((error: unknown) => {
        // Closed meanwhile: nobody is there to hear it.
        if (this.#skews.size > 0) this.#warn(error)
      })
      this.#watch()
    }
    this.#watching = setTimeout(() => void look(), WATCH_MS)
  }

  async #look(nodes: readonly string[]): Promise<void> {
    const installer = new Installer(this.#memory, await this.#loaded())
    await installer.step(await this.#places(nodes))
  }

  #warn(error: unknown): void {
    const message = messageOf(error)
    if (message !== this.#warned) this.#parts.warn(message)
    this.#warned = message
  }

  #places(
    nodes: readonly string[],
    previous?: ReadonlyMap<string, NodeSkews>,
  ): Promise<readonly Place[]> {
    return Promise.all(
      nodes.map(async (node) => {
        const skews = this.#skews.get(node) ?? unskewed
        const before = previous?.get(node)
        return {
          node,
          container: await this.#container(node),
          skews,
          ...(before === undefined ? {} : { previous: before }),
        }
      }),
    )
  }

  /** The full id of a node's container, by which its processes are found: it outlives restarts. */
  #container(name: string): Promise<string> {
    const { engine, nodes } = this.#parts
    const known = this.#containers.get(name)
    if (known !== undefined) return known
    const { container } = nodes.find((node) => node.name === name)!
    const id = attempt(`inspect ${name}`, () => engine.getContainer(container).inspect()).then(
      ({ Id }) => Id,
    )
    this.#containers.set(name, id)
    id.catch(() => this.#containers.delete(name))
    return id
  }

  #loaded(): Promise<VdsoPatch> {
    this.#patch ??= this.#memory.vdso().then(vdsoPatch)
    return this.#patch
  }

  /** One after another: what one writes, another must not read half-done. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  #refuseStranger(node: string): void {
    if (!this.#names.includes(node)) throw new EnvironmentError(`no node is called ${node}`)
  }
}

/** The host's clocks. The monotonic one is known to 10 ms: enough to say since when a rate counts. */
const moment = async (): Promise<Moment> => {
  const [uptime = '0'] = (await readFile('/proc/uptime', 'utf8')).split(' ')
  return {
    wall: BigInt(wallTime().getTime()) * 1_000_000n,
    monotonic: BigInt(Math.round(Number(uptime) * 1e9)),
  }
}
