/** For tests only: one cluster of a system in containers, for all tests of a block. */
import { afterAll, beforeAll } from 'vitest'
import type { OptionValues, System } from '../api.ts'
import type { RunningCluster } from '../cluster/cluster.ts'
import { dockerCluster } from '../cluster/docker/docker.ts'

const READY_MS = 60_000
const never = new AbortController().signal

interface Wanted {
  readonly name: string
  readonly system: System
  readonly nodes: number
  /** The defaults where absent. */
  readonly options?: OptionValues
}

export interface SharedCluster {
  readonly options: OptionValues
  /** @throws before the first test of the block */
  readonly cluster: RunningCluster
  /** Closes what a test opened, when the block is over. */
  closeLater<T extends { close(): unknown }>(opened: T): T
}

/** Called in a `describe`: up and ready before its first test, down after the last one. */
export const sharedCluster = ({ name, system, nodes, options = {} }: Wanted): SharedCluster => {
  const defaults = Object.entries(system.options).map(([key, option]) => [key, option.default])
  const values: OptionValues = { ...Object.fromEntries(defaults), ...options }
  let running: RunningCluster | undefined
  const open: { close(): unknown }[] = []
  beforeAll(async () => {
    running = await dockerCluster.up({
      runId: `${name}-${process.pid}`,
      systemName: name,
      system,
      nodes,
      options: values,
      progress: () => {},
      signal: never,
    })
    await running.awaitReady(READY_MS, never)
  })
  afterAll(async () => {
    await Promise.all(open.map((opened) => opened.close()))
    await running?.down()
  })
  return {
    options: values,
    get cluster() {
      if (running === undefined) throw new Error('the cluster is not up yet')
      return running
    },
    closeLater(opened) {
      open.push(opened)
      return opened
    },
  }
}
