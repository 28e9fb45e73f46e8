/** The data folders of the cluster's nodes, as faults break them. */

/** A file below a node's data folder. */
export interface DataFile {
  /** Relative to the data folder. */
  readonly path: string
  readonly bytes: number
}

/** Some bytes of a file. */
export interface DataPlace {
  readonly path: string
  readonly at: number
  readonly bytes: number
}

/** What some bytes of a file are to be. */
export interface DataEdit {
  readonly path: string
  readonly at: number
  readonly content: Buffer
}

/**
 * What became of a write of 4 KiB to a node's file system, made from outside: `written`, `waits` when it
 * did not end within 300 ms, `unmounted`, or the error that the kernel gave: `EIO`, `ENOSPC`.
 */
export type DiskAnswer = 'written' | 'waits' | 'unmounted' | (string & {})

/** What one node's file system had lost after a power failure. */
export interface PowerLoss {
  readonly node: string
  /** Whether a file that was written just before and not synced is gone. */
  readonly lostUnsynced: boolean
  /** Whether a file that was synced outlives a second failure right after. */
  readonly keptSynced: boolean
  /** Files that were there and are gone, or are shorter or older than they were. */
  readonly filesBack: number
  /** By how many bytes they are shorter. */
  readonly bytesBack: number
}

/** All paths are relative to the data folder. */
export interface Disks {
  /** Files whose path matches a glob, by path; `*` and `**` match names with a dot in front, too. */
  list(node: string, glob: string): Promise<readonly DataFile[]>
  /** What is at these places, in their order: less at the end of a file, nothing where there is none. */
  read(node: string, places: readonly DataPlace[]): Promise<readonly Buffer[]>
  /**
   * Overwrites bytes in place, one edit after another. @returns what is read there right after each;
   * nothing where a file is gone or too short, which is left alone
   */
  write(node: string, edits: readonly DataEdit[]): Promise<readonly Buffer[]>
  /** Cuts a file off. @returns its length right after; undefined when it was gone or shorter already */
  truncate(node: string, path: string, length: number): Promise<number | undefined>

  /** Keeps a copy of the data folder in place of the one before: the node should be paused. */
  snapshot(node: string): Promise<void>
  /** Puts the copy back: the node must not run. */
  restore(node: string): Promise<void>
  /** How many files differ from the copy, are missing or are new. */
  changes(node: string): Promise<number>

  /** Nodes whose files were changed or restored from outside and not wiped since. */
  damaged(): Promise<readonly string[]>

  /** Tries a write and says what became of it. Leaves nothing. */
  probe(node: string): Promise<DiskAnswer>
  /**
   * What was not synced is lost, as in a power failure: for nodes that were just killed. Their file
   * systems are there again when it returns.
   */
  loseUnsynced(nodes: readonly string[]): Promise<readonly PowerLoss[]>
  /** Every access fails (EIO) from now on, on all of the nodes at the same moment. */
  fail(nodes: readonly string[]): Promise<void>
  /** Makes failing file systems work again: their nodes must not run. */
  repair(nodes: readonly string[]): Promise<void>
  /** Every write waits. */
  stall(nodes: readonly string[]): Promise<void>
  /** Lets all writes go on, on every node. Idempotent. */
  release(): Promise<void>
  /** No space is left. */
  fill(nodes: readonly string[]): Promise<void>
  /** Gives back the space that was taken, on every node. Idempotent. */
  empty(): Promise<void>
  /** Bytes a second that running nodes may read and write; a node that restarts is free again. */
  throttle(nodes: readonly string[], bytesPerSecond: number): Promise<void>
  /** Lifts the limit from every node. Idempotent. */
  unthrottle(): Promise<void>
  /** Bytes a second that a process of a running node can write past all caches: tries `bytes` of them. */
  writeRate(node: string, bytes: number): Promise<number>
}
