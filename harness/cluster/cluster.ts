/**
 * What the controller needs from any kind of cluster: bring it up, wait until it serves, keep its
 * logs, take it down. A run sees nothing else, so that containers and a simulation are
 * interchangeable.
 */
import type { Ability, Cluster, OptionValues, System } from '../api.ts'
import { type Clock, realClock, wallTime } from '../clock.ts'

export interface ClusterRequest {
  /** Unique on the machine; part of every name that the run creates. */
  readonly runId: string
  readonly systemName: string
  readonly system: System
  /** An image reference that replaces the system's own, used as it is. */
  readonly image?: string
  readonly nodes: number
  readonly options: OptionValues
  /** Fault → what it needs; a machine that lacks some of it is refused before any node runs. */
  readonly needs?: Readonly<Record<string, readonly Ability[]>>
  /** One line for the person who waits. */
  readonly progress: (line: string) => void
  /** Aborts the start; what was already created is removed before `up` rejects. */
  readonly signal: AbortSignal
}

export interface RunningCluster extends Cluster {
  /**
   * What the run depends on and its report should name: engine, kernel, image and digest, subnet.
   */
  readonly facts: Readonly<Record<string, string>>
  /**
   * Returns when the system serves. Asks it every 50 ms.
   * @throws EnvironmentError after `deadlineMs`, or when a node's process ended, with its last log
   * lines
   */
  awaitReady(deadlineMs: number, signal: AbortSignal): Promise<void>
  /** Writes `<node>.log` for each node into the folder: all output, with times, across restarts. */
  saveLogs(folder: string): Promise<void>
  /**
   * Removes everything of this run. Idempotent.
   * @throws EnvironmentError naming what could not be removed
   */
  down(): Promise<void>
}

/** Where one run takes place. */
export interface Venue {
  /** The time of the run: real, or that of a simulation. */
  readonly clock: Clock
  /** The wall-clock time at which that clock stood at zero; absent where it is no real time. */
  readonly origin?: Date
  /** Runs work to its end; nothing that waits on the clock goes on otherwise. */
  drive<T>(work: Promise<T>): Promise<T>
  up(request: ClusterRequest): Promise<RunningCluster>
}

/** Real time, on a kind of cluster that knows no other. */
export const realVenue = (kind: Pick<ClusterKind, 'up'>): Venue => ({
  clock: realClock(),
  origin: wallTime(),
  drive: (work) => work,
  up: (request) => kind.up(request),
})

/** What a clean-up removed, by name. */
export interface CleanReport {
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
  readonly folders: readonly string[]
}

/** One thing that a kind of cluster needs or can use on this machine. */
export interface Support {
  readonly name: string
  /** `missing` stops every run; `limited` takes away some faults only. */
  readonly state: 'ok' | 'limited' | 'missing'
  /** What was found and, when it is not ok, what to do: one line. */
  readonly says: string
}

/** A kind of cluster. */
export interface ClusterKind {
  up(request: ClusterRequest): Promise<RunningCluster>
  /**
   * Removes what dead controllers left on this machine; with `all` also what other live ones hold.
   * @throws EnvironmentError naming what could not be removed
   */
  clean(options: { readonly all: boolean }): Promise<CleanReport>
  support(): Promise<readonly Support[]>
}
