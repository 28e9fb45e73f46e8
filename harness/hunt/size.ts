/** How large a run is: what a person has to take in. */
import type { RunSize } from '../../results/finding.ts'
import { callsOf } from './calls.ts'
import type { Trial } from './trial.ts'

/** How large a trial is. */
export const sizeOf = (trial: Trial): RunSize => {
  const calls = callsOf(trial)
  return {
    operations: calls.length,
    episodes: trial.run.schedule.episodes.length,
    nodes: trial.run.nodes,
    clients: new Set(calls.map(({ thread }) => thread)).size,
  }
}

/** A size in words. */
export const wordsOf = ({ operations, episodes, nodes, clients }: RunSize): string =>
  [
    counted(operations, 'operation'),
    counted(episodes, 'fault episode'),
    counted(nodes, 'node'),
    counted(clients, 'client'),
  ].join(', ')

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
