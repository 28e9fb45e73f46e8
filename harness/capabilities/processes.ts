/** The cluster's processes, as faults kill, stop, freeze and restart them, with or without their data. */

/** What the kernel says of a node's main process. */
export interface ProcessState {
  readonly state: 'running' | 'paused' | 'gone'
  readonly pid: number | undefined
  /** ns on the processor since its start, over all its threads and children; undefined when gone. */
  readonly cpuNs: number | undefined
}

/** One process of a node. */
export interface NodeProcess {
  readonly pid: number
  /** Its command line as the kernel shows it. */
  readonly command: string
  /** Whether it is stopped by a signal (SIGSTOP). */
  readonly isStopped: boolean
}

/** How a node that was asked to end did so. */
export interface Ending {
  readonly node: string
  /** `itself`: on SIGTERM, within the grace period; `killed`: by SIGKILL after it; `was gone`: before. */
  readonly by: 'itself' | 'killed' | 'was gone'
  /** ms from SIGTERM until it was gone. */
  readonly afterMs: number
}

/** The cluster's processes, as faults break them. All of them take several nodes at once, in parallel. */
export interface Processes {
  /** SIGKILL; returns when the processes are gone. */
  kill(nodes: readonly string[]): Promise<void>
  /** SIGTERM to the main processes, and SIGKILL to those that are still there after the grace period. */
  terminate(nodes: readonly string[], graceMs: number): Promise<readonly Ending[]>
  /** Starts killed nodes again with their data. Does nothing to running ones. */
  start(nodes: readonly string[]): Promise<void>
  /** Freezes every process of the nodes. Does nothing to frozen ones. */
  pause(nodes: readonly string[]): Promise<void>
  resume(nodes: readonly string[]): Promise<void>
  state(node: string): Promise<ProcessState>
  /** All processes of a node; none when it is gone. */
  list(node: string): Promise<readonly NodeProcess[]>
  /** Stops or continues single processes, as `list` names them. Ended ones are left alone. */
  signal(pids: readonly number[], signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** Loses all that is in the data folders of nodes that do not run. @throws when one runs */
  wipe(nodes: readonly string[]): Promise<void>
  /** Whether a node's data folder holds nothing. */
  isWiped(node: string): Promise<boolean>
}
