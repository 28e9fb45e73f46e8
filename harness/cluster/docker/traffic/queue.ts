/**
 * Packets held in a queue of a node's kernel and let go by a program of ours, for what no rule can do:
 * delay, jitter, reordering and wrong bytes where there is no netem, and holding everywhere. What is set
 * lives in that program, one a node, so that healing needs no memory here; it ends with the last kind.
 */
import type { ShapingCount } from '../../../capabilities/traffic.ts'
import { EnvironmentError } from '../../../errors.ts'
import type { Agent } from '../agent.ts'
import { addressesIn, type NetworkMember, type Place } from './places.ts'
import { queueProgram } from './queue-program.ts'

export type Queued =
  | {
      readonly kind: 'delay'
      readonly ms: number
      readonly jitterMs: number
      readonly distribution: 'uniform' | 'normal' | 'pareto'
    }
  | { readonly kind: 'reorder'; readonly percent: number; readonly gapMs: number }
  | { readonly kind: 'corrupt'; readonly percent: number }
  | { readonly kind: 'hold' }

/** clock_gettime, whose number the program needs. */
const clockCalls: Readonly<Record<string, number>> = { x64: 228, arm64: 113 }

/** @throws EnvironmentError on a machine of another kind */
export const clockCall = (): string => {
  const number = clockCalls[process.arch]
  if (number !== undefined) return String(number)
  throw new EnvironmentError(`links cannot be shaped on ${process.arch}: only on x64 and arm64`)
}

/** Queues these links of a node, and no others, for one kind. */
export const setQueue = (
  agent: Agent,
  node: NetworkMember,
  places: readonly Place[],
  queued: Queued,
): Promise<string> =>
  command(agent, node, `set ${queued.kind} ${valuesOf(queued).join(' ')} ${endsOf(places)}`)

export const clearQueue = (
  agent: Agent,
  node: NetworkMember,
  kind: Queued['kind'],
): Promise<string> => command(agent, node, `clear ${kind}`)

/** What the program has counted at a node, by direction and address; nothing when it does not run. */
export const queueCounts = async (
  agent: Agent,
  node: NetworkMember,
  kind: Queued['kind'],
): Promise<ReadonlyMap<string, Omit<ShapingCount, 'link'>>> => {
  const text = await command(agent, node, 'counts')
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  return new Map(
    lines
      .filter(([of]) => of === kind)
      .map(([, end = '', packets, touched]) => [
        end,
        { packets: Number(packets), touched: Number(touched) },
      ]),
  )
}

const command = (agent: Agent, { pid }: NetworkMember, text: string): Promise<string> =>
  agent.runIn(pid, ['perl', '-e', queueProgram, clockCall(), String(pid), text])

/** Three values each: what the program's stage of that kind reads. */
const valuesOf = (queued: Queued): readonly (string | number)[] => {
  switch (queued.kind) {
    case 'delay':
      return [queued.ms, queued.jitterMs, queued.distribution]
    case 'reorder':
      return [queued.percent, queued.gapMs, '-']
    case 'corrupt':
      return [queued.percent, '-', '-']
    case 'hold':
      return ['-', '-', '-']
  }
}

const endsOf = (places: readonly Place[]): string =>
  places
    .flatMap(({ direction, addresses }) =>
      addressesIn(addresses).map((address) => `${direction}:${address}`),
    )
    .join(' ')
