/**
 * Compare-and-sets that failed without telling what they saw, on registers whose installed values
 * never repeat: each shows that a version was not there at some moment of it. To decide this is
 * NP-complete even where nothing else is open, so there are three answers.
 *
 * They can all be right when they are in one schedule of the legal order: with every operation as
 * early as it can be, or with every operation as late. One is certainly wrong when its version was
 * there from before it began until after it ended: an operation that followed the installation was
 * over before, and one that saw the version, or took it away, began afterwards. Otherwise the key is
 * left to the general search.
 */
import { NONE } from '../history.ts'
import type { Blocks } from './blocks.ts'
import type { Chains } from './chains.ts'
import { legalOrder } from './order.ts'
import { NEVER } from './part.ts'

/** How many versions of a chain are looked through. */
const REACH = 64

/** Adds what is certainly wrong to the contradictions. @returns the keys that stay undecided */
export const undecidedByDiffering = (chains: Chains, blocks: Blocks): ReadonlySet<number> => {
  const { differs, key } = chains.registers
  const open = [...differs].filter(([op]) => chains.isOpen(key[op]!))
  if (open.length === 0) return new Set()
  const order = legalOrder(chains, blocks)
  const early = missed(chains, open, earliest(chains, order))
  const late = missed(chains, open, latest(chains, order))
  const undecided = new Set<number>()
  for (const [op, version] of open) {
    const one = key[op]!
    if (!early.has(one) || !late.has(one)) continue
    undecided.add(one)
    const wrong = throughout(chains, op, version)
    if (wrong !== undefined) chains.contradict(one, [op, ...wrong])
  }
  return new Set([...undecided].filter((one) => chains.isOpen(one)))
}

/** From when until when each version is there, as positions; from NEVER when it never is. */
interface Schedule {
  readonly from: Int32Array
  readonly to: Int32Array
}

/** The keys with an observation that does not fit a schedule. */
const missed = (
  { registers }: Chains,
  open: readonly (readonly [op: number, version: number])[],
  { from, to }: Schedule,
): ReadonlySet<number> => {
  const { key, start, end } = registers
  const wrong = open.filter(
    ([op, version]) => !(from[version]! > start[op]! || to[version]! < end[op]!),
  )
  return new Set(wrong.map(([op]) => key[op]!))
}

const earliest = ({ registers }: Chains, order: Int32Array): Schedule => {
  const { key, start, observed, installed, versions } = registers
  const { from, to } = nothing(versions.size)
  const now = new Int32Array(versions.keys).fill(-1)
  const current = Int32Array.from(now, (_, one) => one)
  from.fill(-1, 0, versions.keys)
  for (const op of order) {
    const one = key[op]!
    now[one] = Math.max(now[one]!, start[op]!)
    const version = installed[op]!
    if (version === NONE || version === observed[op]) continue
    to[current[one]!] = now[one]!
    from[version] = now[one]!
    current[one] = version
  }
  return { from, to }
}

const latest = ({ registers }: Chains, order: Int32Array): Schedule => {
  const { key, end, observed, installed, versions } = registers
  const { from, to } = nothing(versions.size)
  const now = new Int32Array(versions.keys).fill(NEVER)
  const until = now.slice()
  for (let at = order.length - 1; at >= 0; at--) {
    const op = order[at]!
    const one = key[op]!
    now[one] = Math.min(now[one]!, end[op]!)
    const version = installed[op]!
    if (version === NONE || version === observed[op]) continue
    to[version] = until[one]!
    from[version] = now[one]!
    until[one] = now[one]!
  }
  from.fill(-1, 0, versions.keys)
  to.set(until)
  return { from, to }
}

const nothing = (size: number): Schedule => ({
  from: new Int32Array(size).fill(NEVER),
  to: new Int32Array(size).fill(NEVER),
})

/** Two operations between which a version was there, all the time of `op`; one for the initial value. */
const throughout = (chains: Chains, op: number, version: number): number[] | undefined => {
  const { start, end, installed, versions } = chains.registers
  const { consumer, lastStart } = chains
  const after = [lastStart[version]!, consumer[version]!].find(
    (one) => one !== NONE && start[one]! > end[op]!,
  )
  if (after === undefined) return undefined
  if (version < versions.keys) return [after]
  let installer = chains.installer(version)
  for (let reach = 0; reach < REACH && installer !== NONE; reach++) {
    const here = installed[installer]!
    for (const before of [installer, chains.firstEnd[here]!])
      if (before !== NONE && end[before]! < start[op]!) return [before, after]
    installer = consumer[here]!
  }
  return undefined
}
