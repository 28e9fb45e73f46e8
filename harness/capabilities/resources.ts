/** What the machine gives to the cluster's nodes, as faults take it away. */

/** How much of something a node uses and how much it may. */
export interface Usage {
  readonly used: number
  /** Absent when there is no limit. */
  readonly limit?: number
}

export interface Resources {
  /** Processor time: 1 is one core. */
  limitCpu(nodes: readonly string[], cores: number): Promise<void>
  /** Memory in bytes. A node that needs more is killed by its kernel. */
  limitMemory(nodes: readonly string[], bytes: number): Promise<void>
  /** Open files of each process. */
  limitFds(nodes: readonly string[], files: number): Promise<void>
  /** Bytes in use, and the limit. */
  memory(node: string): Promise<Usage>
  /** Whether the kernel has killed a process of the node for want of memory since it started. */
  wasOutOfMemory(node: string): Promise<boolean>
  /** Open files of the main process. */
  fds(node: string): Promise<Usage>
  /** Lifts all limits. Idempotent. */
  heal(): Promise<void>
}
