/**
 * Which groups there are, which servers replicate them, and which keys each has. Every group has three replicas, on
 * servers that follow each other.
 */
import { partitionOf } from '../transactions/messages.ts'

export const GROUPS = 2
const REPLICAS = 3

/** Names of groups. */
export const groups: readonly string[] = Array.from({ length: GROUPS }, (_, n) => `g${n + 1}`)

/** The servers that replicate a group; where there are no more than three, all, in the same order. */
export const replicasOf = (group: string, servers: readonly string[]): readonly string[] => {
  const first = servers.length > REPLICAS ? groups.indexOf(group) : 0
  const count = Math.min(REPLICAS, servers.length)
  return Array.from({ length: count }, (_, n) => servers[(first + n) % servers.length]!)
}

/** The group that has a key; rows of one partition lie together. */
export const groupOf = (key: string): string => {
  let hash = 0
  for (const letter of partitionOf(key)) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521
  return groups[hash % GROUPS]!
}
