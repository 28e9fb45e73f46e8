/**
 * Which groups there are, which servers replicate them, and which keys each has. Every group has three replicas, on
 * servers that follow each other, and prefers to be led by the first of them.
 */
import { partitionOf } from '../transactions/messages.ts'

export const GROUPS = 3
const REPLICAS = 3

/** Names of groups. */
export const groups: readonly string[] = Array.from({ length: GROUPS }, (_, n) => `g${n + 1}`)

/** The servers that replicate a group, the one that should lead it first. */
export const replicasOf = (group: string, servers: readonly string[]): readonly string[] => {
  const first = groups.indexOf(group)
  const count = Math.min(REPLICAS, servers.length)
  return Array.from({ length: count }, (_, n) => servers[(first + n) % servers.length]!)
}

/** The group that has a key; rows of one partition lie together. */
export const groupOf = (key: string): string => {
  let hash = 0
  for (const letter of partitionOf(key)) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521
  return groups[hash % GROUPS]!
}
