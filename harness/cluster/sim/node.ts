/**
 * One simulated node: a program that is started, killed, frozen and started again. Timers and messages
 * belong to one run of it; what is due while it is frozen waits until it goes on, and what was due when it
 * was killed never comes.
 */
import type { Skew } from '../../capabilities/clocks.ts'
import type { Body, Message, Program, StartProgram, World } from '../../program.ts'
import type { Random } from '../../random.ts'
import { SimDisk } from './disk.ts'
import type { Scheduler } from './scheduler.ts'

/** What a node needs of what is around it. */
export interface Surroundings {
  readonly scheduler: Scheduler
  readonly nodes: readonly string[]
  readonly random: Random
  send(message: Message): void
  /** Something was printed. */
  printed(node: string, text: string): void
  /** The program threw: a bug in it. */
  failed(node: string, error: unknown): void
}

/** When virtual time begins, in ms since 1970: all clocks start out right. */
const EPOCH_MS = Date.UTC(2026, 0, 1)

/** A sync takes between these, in ns. */
const SYNC_NS = { from: 200_000, to: 4_000_000 }

export class SimNode {
  readonly disk = new SimDisk()
  /** By kind; each with the moment at which it was set. */
  readonly skews = new Map<Skew['kind'], { readonly skew: Skew; readonly since: number }>()
  state: 'running' | 'paused' | 'gone' = 'gone'
  /** Counts its runs, from 1; serves as its process id. */
  run = 0
  /** ns on the processor, as far as a simulation has that: one for each thing done. */
  work = 0
  isStalled = false
  /** A program whose disk refuses a write ends, as careful ones do. */
  diskError: 'EIO' | 'ENOSPC' | undefined
  /** Syncs take this many times as long as usual. */
  slowness = 1
  private program: Program | undefined
  /** What was due while it was frozen, or its disk stood still. */
  private waiting: (() => void)[] = []
  private stalled: (() => void)[] = []

  constructor(
    readonly name: string,
    private readonly start: StartProgram,
    private readonly around: Surroundings,
  ) {}

  /** Starts the program with what its disk holds. Does nothing to a running one. */
  begin(): void {
    if (this.state !== 'gone') return
    this.state = 'running'
    this.run++
    this.waiting = []
    this.guard(() => {
      this.program = this.start(this.world())
    })
  }

  kill(): void {
    this.state = 'gone'
    this.program = undefined
    this.waiting = []
    this.stalled = []
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused'
  }

  resume(): void {
    if (this.state !== 'paused') return
    this.state = 'running'
    const due = this.waiting
    this.waiting = []
    for (const one of due) this.do(this.run, one)
  }

  /** Lets a disk that stood still go on. */
  release(): void {
    this.isStalled = false
    const due = this.stalled
    this.stalled = []
    for (const one of due) one()
  }

  receive(message: Message): void {
    if (this.state === 'paused') this.waiting.push(() => this.receive(message))
    if (this.state !== 'running') return
    this.work++
    try {
      this.program!.receive(message)
    } catch (error) {
      this.fail(error)
    }
  }

  /** How far ahead its wall clock is, ms. */
  offsetMs(): number {
    const now = this.around.scheduler.now()
    let offset = 0
    for (const { skew, since } of this.skews.values()) {
      const passedMs = (now - since) / 1e6
      if (skew.kind === 'jump') offset += skew.ms
      else if (skew.kind === 'drift') offset += (passedMs * skew.ppm) / 1e6
      else if (Math.floor(passedMs / skew.periodMs) % 2 === 0) offset += skew.ms
    }
    return offset
  }

  private world(): World {
    const { scheduler, nodes, send, printed } = this.around
    const { name, run } = this
    const random = this.around.random.fork(`${name}/${run}`)
    return {
      self: name,
      nodes,
      storage: this.disk.storage((then) => {
        if (this.disk.atRisk === 0) {
          then()
          return
        }
        const ns = random.int(SYNC_NS.from, SYNC_NS.to) * this.slowness
        if (this.diskError !== undefined) {
          printed(name, `sync: ${this.diskError}`)
          this.kill()
          return
        }
        scheduler.at(scheduler.now() + ns, () => {
          const end = (): void => this.do(run, then)
          if (this.isStalled) this.stalled.push(end)
          else end()
        })
      }),
      send: (dest: string, body: Body) => send({ src: name, dest, body }),
      after: (ms, callback) => {
        let isCancelled = false
        // It may be cancelled while it is due, too: by what comes before it when the node goes on.
        const due = (): void => {
          if (!isCancelled) callback()
        }
        const timer = scheduler.at(scheduler.now() + ms * 1e6, () => this.do(run, due))
        return () => {
          isCancelled = true
          scheduler.cancel(timer)
        }
      },
      now: () => Math.floor(EPOCH_MS + scheduler.now() / 1e6 + this.offsetMs()),
      steady: () => scheduler.now() / 1e6,
      random: () => random.float(),
      log: (line) => printed(name, line),
    }
  }

  /** Does something in a run of the program, now or when it goes on. */
  private do(run: number, work: () => void): void {
    if (run !== this.run || this.state === 'gone') return
    if (this.state === 'paused') {
      this.waiting.push(work)
      return
    }
    this.work++
    this.guard(work)
  }

  private guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.fail(error)
    }
  }

  private fail(error: unknown): void {
    this.kill()
    this.around.failed(this.name, error)
  }
}
