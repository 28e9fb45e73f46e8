/** The cluster's processes, as faults kill, stop and freeze them. */

/** What the kernel says of a node's main process. */
export interface ProcessState {
  readonly state: 'running' | 'paused' | 'gone'
  readonly pid: number | undefined
  /** ns on the processor since its start, over all its threads and children; undefined when gone. */
  readonly cpuNs: number | undefined
}

/** The cluster's processes, as faults break them. All of them take several nodes at once, in parallel. */
export interface Processes {
  /** SIGKILL; returns when the processes are gone. */
  kill(nodes: readonly string[]): Promise<void>
  /** Starts killed nodes again with their data. Does nothing to running ones. */
  start(nodes: readonly string[]): Promise<void>
  /** Freezes every process of the nodes. Does nothing to frozen ones. */
  pause(nodes: readonly string[]): Promise<void>
  resume(nodes: readonly string[]): Promise<void>
  state(node: string): Promise<ProcessState>
}
