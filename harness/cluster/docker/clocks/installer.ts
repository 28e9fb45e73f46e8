/**
 * Brings the processes of nodes to what their nodes' skews say. What each of them holds is read from its
 * memory every time, so nothing has to be remembered of processes: they fork, execute other programs, end
 * and are started again as they like. A process is patched with its threads stopped; a change of what it
 * holds already is written while it runs.
 */
import { monotonicMs } from '../../../clock.ts'
import { EnvironmentError } from '../../../errors.ts'
import type { Mapped, Memory, Outcomes, Scanned } from '../memory.ts'
import type { VdsoPatch } from './image.ts'
import { headerOf, isUniform, type NodeSkews, reaches } from './skews.ts'

/** How long processes may take to come to it: a thread may stand in the wrong place, new ones start. */
const CONVERGE_MS = 5000

/** A node with the full id of its container. */
export interface Place {
  readonly node: string
  readonly container: string
  readonly skews: NodeSkews
  /** What its processes hold when nothing has gone past them. */
  readonly previous?: NodeSkews
}

export class Installer {
  constructor(
    private readonly memory: Memory,
    private readonly patch: VdsoPatch,
  ) {}

  /** All processes of the places, with what they hold. */
  scan(places: readonly Place[]): Promise<readonly Scanned[]> {
    return this.memory.scan(
      this.patch.ranges,
      new Map(places.map(({ container }) => [container, undefined])),
    )
  }

  /**
   * Returns when every process holds what it should. @throws EnvironmentError naming one that cannot
   */
  async converge(places: readonly Place[]): Promise<void> {
    const deadline = monotonicMs() + CONVERGE_MS
    for (let pause = 1; ; pause = Math.min(2 * pause, 20)) {
      const wrong = await this.step(places)
      if (wrong.length === 0) return
      const failed = wrong.find(({ reason }) => !transient.includes(reason))
      const late = monotonicMs() > deadline ? wrong[0] : undefined
      if (failed ?? late) throw new EnvironmentError(complaint((failed ?? late)!, places))
      // What was just written is looked at again at once.
      if (wrong.some(({ reason }) => reason !== 'ok')) await wait(pause)
    }
  }

  /** Corrects whoever is wrong, once, and says who was and what became of them. */
  async step(places: readonly Place[]): Promise<readonly Correction[]> {
    const known = places.map(
      ({ container, skews }) =>
        [container, isUniform(skews) ? this.wanted(skews, '') : undefined] as const,
    )
    const scanned = await this.memory.scan(this.patch.ranges, new Map(known))
    const placeOf = new Map(places.map((place) => [place.container, place]))
    const batches = new Map<string, Batch>()
    for (const process of scanned) {
      const place = placeOf.get(process.container)!
      const wanted = this.wanted(place.skews, process.name)
      if (process.bytes.equals(wanted)) continue
      const how = this.how(process, place)
      const key = `${how} ${wanted.toString('hex')}`
      const batch = batches.get(key) ?? { how, skews: place.skews, processes: [] }
      batch.processes.push(process)
      batches.set(key, batch)
    }
    return (await Promise.all([...batches.values()].map((batch) => this.correct(batch)))).flat()
  }

  private wanted(skews: NodeSkews, process: string): Buffer {
    return reaches(skews, process)
      ? this.patch.patched(headerOf(skews, process))
      : this.patch.untouched
  }

  private how({ base, bytes, name }: Scanned, { skews, previous }: Place): Batch['how'] {
    if (base === 0 || bytes.length < this.patch.untouched.length) return 'cannot'
    if (!reaches(skews, name)) return 'remove'
    const holdsPrevious =
      previous !== undefined &&
      reaches(previous, name) &&
      skews.changes === previous.changes + 1 &&
      bytes.equals(this.patch.patched(headerOf(previous, name)))
    return holdsPrevious ? 'update' : 'install'
  }

  private async correct({ how, skews, processes }: Batch): Promise<readonly Correction[]> {
    const outcomes = await this.write(how, headerOf(skews, processes[0]!.name), processes)
    return processes.map((process) => ({
      process,
      reason: outcomes.get(process.pid) ?? 'gone',
    }))
  }

  private async write(
    how: Batch['how'],
    header: Buffer,
    processes: readonly Mapped[],
  ): Promise<Outcomes> {
    const { memory, patch } = this
    switch (how) {
      case 'cannot':
        return new Map(processes.map(({ pid }) => [pid, 'has no vDSO of 64 bits']))
      case 'remove':
        return memory.patch(patch.remove(), patch.windows, processes)
      case 'install':
        return memory.patch(patch.install(header), patch.windows, processes)
      case 'update': {
        const outcomes = await memory.poke(patch.update(header), processes)
        const refused = processes.filter(({ pid }) => outcomes.get(pid)?.startsWith('cannot'))
        if (refused.length === 0) return outcomes
        // Some kernels admit it only to whoever traces the process.
        return new Map([...outcomes, ...(await memory.patch(patch.install(header), [], refused))])
      }
    }
  }
}

interface Batch {
  readonly how: 'install' | 'update' | 'remove' | 'cannot'
  readonly skews: NodeSkews
  readonly processes: Scanned[]
}

/** A process that held something else, and what came of writing to it. */
interface Correction {
  readonly process: Scanned
  readonly reason: string
}

/** What may be another way a moment later. */
const transient = ['ok', 'gone', 'busy', 'changed']

const complaint = ({ process, reason }: Correction, places: readonly Place[]): string => {
  const node = places.find(({ container }) => container === process.container)?.node
  const why = { busy: 'never stops', changed: 'holds a changed vDSO' }[reason] ?? reason
  return `${node}: the clock of process ${process.pid} (${process.name}) cannot be shifted: it ${why}`
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
