/** What the machine gives to the cluster's nodes, as faults take it away. */

/** A node's processor time. */
export interface CpuUse {
  /** 1 is one core; absent when there is no limit. */
  readonly limitCores?: number
  /** How many periods the kernel has held its processes back in, since it started. */
  readonly throttled: number
}

/** A node's memory, in bytes. */
export interface MemoryUse {
  readonly used: number
  /** What of it the kernel cannot take back by dropping its cache of files. */
  readonly needed: number
  /** Absent when there is no limit. */
  readonly limit?: number
  /** How often the node came up against its limit. */
  readonly hits: number
}

/** The open files of a node's main process. */
export interface FileUse {
  readonly open: number
  readonly limit: number
}

/** What a node is given, and takes. A reading of a node that is gone is undefined. */
export interface Resources {
  /** Processor time by node: 1 is one core, 0.001 the least. */
  limitCpu(limits: Readonly<Record<string, number>>): Promise<void>
  cpu(node: string): Promise<CpuUse | undefined>
  liftCpu(): Promise<void>

  /**
   * Memory by node, in bytes, 6 MiB or more: a node that needs more is killed by its kernel.
   * @throws EnvironmentError when a node needs more already and the kernel refuses therefore
   */
  limitMemory(limits: Readonly<Record<string, number>>): Promise<void>
  /** Takes all that is left below the limits, until the kernel kills a process of each node. */
  exhaustMemory(nodes: readonly string[]): Promise<void>
  memory(node: string): Promise<MemoryUse | undefined>
  /** Whether the kernel has killed a process of the node for want of memory since it started. */
  wasOutOfMemory(node: string): Promise<boolean>
  liftMemory(): Promise<void>

  /** Open files: each process may have `spare` more than it has now. */
  limitFds(nodes: readonly string[], spare: number): Promise<void>
  fds(node: string): Promise<FileUse | undefined>
  liftFds(): Promise<void>
}
