/** What clients did in a run, as calls that can be made again. */
import { observations } from '../../checkers/ledger.ts'
import type { PlannedCall } from '../../results/schedule.ts'
import type { Json } from '../api.ts'
import type { Trial } from './trial.ts'

/** The calls of the main phase, each with the `index` of its invocation. Those of the end are the workload's own. */
export const callsOf = ({
  run,
  simulated: { history },
}: Trial): readonly (PlannedCall & { readonly index: number })[] => {
  const phases = observations(history).filter((one) => one.kind === 'phase')
  const begun = phases.find(({ phase }) => phase === 'main')?.time ?? 0
  const over = phases.find(({ phase }) => phase === 'recovery')?.time ?? Number.POSITIVE_INFINITY
  return [...history.operations()]
    .map(({ invoke }) => invoke)
    .filter(({ time }) => time >= begun && time < over)
    .map(({ index, time, process, f, key, value }) => ({
      index,
      at: (time - begun) / 1e9,
      thread: (process as number) % run.concurrency,
      f,
      ...(key === undefined ? {} : { key: key as string | number }),
      value: value as Json,
    }))
}
