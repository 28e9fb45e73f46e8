/**
 * Parts of a matrix for several machines: each gets about the same time, and every machine comes to the same parts by
 * itself. Longest first, each to the part that has the least so far (Graham 1969: no part is longer than 4/3 of
 * the best).
 */
import type { CiRecord } from '../../results/ci/record.ts'
import { UsageError } from '../errors.ts'
import type { Case } from './case.ts'

export type Shard = NonNullable<CiRecord['shard']>

/** How long cases take beside the time of their clients, before any has been seen; ms. */
const AROUND_MS = { docker: 20_000, sim: 500 }

/** How much faster than real time a simulation is, at least. */
const SPEED = { docker: 1, sim: 20 }

/** About how long a case takes, ms. */
export const costOf = ({ cluster, request }: Case): number =>
  AROUND_MS[cluster] + (request.timeLimitS * 1000) / SPEED[cluster]

/** `2/3`. @throws UsageError */
export const shardOf = (text: string): Shard => {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const shard = { index: Number(index), of: Number(of) }
  if (shard.index >= 1 && shard.index <= shard.of && shard.of <= 10_000) return shard
  throw new UsageError(`--shard ${text}: expected PART/PARTS, as 1/3`)
}

/** The cases of a part, in their order. */
export const partOf = (cases: readonly Case[], { index, of }: Shard): readonly Case[] => {
  const loads = new Array<number>(of).fill(0)
  const parts = new Map<Case, number>()
  // A stable sort: equals stay in the order of the matrix.
  for (const one of cases.toSorted((a, b) => costOf(b) - costOf(a))) {
    const least = loads.indexOf(Math.min(...loads))
    loads[least]! += costOf(one)
    parts.set(one, least + 1)
  }
  return cases.filter((one) => parts.get(one) === index)
}
