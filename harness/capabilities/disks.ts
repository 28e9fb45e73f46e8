/** The data folders of the cluster's nodes, as faults break them. */

/** A file below a node's data folder. */
export interface DataFile {
  /** Relative to the data folder. */
  readonly path: string
  readonly bytes: number
}

export interface Disks {
  /** Files whose path matches a glob, by path. */
  list(node: string, glob: string): Promise<readonly DataFile[]>
  read(node: string, path: string, from: number, length: number): Promise<Buffer>
  /** Overwrites bytes in place; the file keeps its length. */
  write(node: string, path: string, from: number, bytes: Buffer): Promise<void>
  truncate(node: string, path: string, length: number): Promise<void>
  /** Keeps a copy of the data folder, and puts it back: the node must not run meanwhile. */
  snapshot(node: string): Promise<void>
  restore(node: string): Promise<void>
  /** Loses the data folder's content. */
  wipe(node: string): Promise<void>

  /** What was not synced is lost, as in a power failure: for nodes that were just killed. */
  loseUnsynced(nodes: readonly string[]): Promise<void>
  /** Every access fails (EIO) until healed. */
  fail(nodes: readonly string[]): Promise<void>
  /** Every write waits. */
  stall(nodes: readonly string[]): Promise<void>
  /** No space is left. */
  fill(nodes: readonly string[]): Promise<void>
  /** Bytes a second that may be read and written. */
  throttle(nodes: readonly string[], bytesPerSecond: number): Promise<void>
  /** Undoes all of `fail`, `stall`, `fill` and `throttle`. Idempotent. */
  heal(): Promise<void>
}
