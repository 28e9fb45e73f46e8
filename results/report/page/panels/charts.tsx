/**
 * Charts on the axis of time that the whole page shares, with the faults as bands in each: how long operations took,
 * how many completed, how many were answered; and, where a run has them, the clocks of the nodes, how far the replicas
 * had come, and what became of the elements.
 */
import { useMemo, useState } from 'preact/hooks'
import { line } from '../../text.ts'
import { latencyRange } from '../charts/latency.ts'
import { Answered, Latency, Quantiles, Rate } from '../charts/of-operations.tsx'
import { Clocks, Fates, Replicas } from '../charts/of-page.tsx'
import type { PanelProps } from '../run-data.ts'

export const Charts = ({ data: { page, operations, loading }, view }: PanelProps) => {
  const { charts, fates } = page
  const [chosen, choose] = useState('')
  const fs = useMemo(() => operations?.fs.map((f) => line(f, 60)) ?? [], [operations])
  const f = fs.indexOf(chosen)
  const range = useMemo(
    () => operations && latencyRange(operations, charts.endS * 1e9),
    [operations, charts],
  )
  const kind = useMemo(() => ({ f: f < 0 ? undefined : f }), [f])
  return (
    <div class="charts">
      {operations === undefined || range === undefined ? (
        <p class="quiet">
          {loading.state === 'damaged' ? loading.missing : 'The operations are being read …'}
        </p>
      ) : (
        <>
          <p>
            <label class="quiet">
              Charts of{' '}
              <select value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
                <option value="">all operations</option>
                {fs.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          </p>
          <Latency {...{ charts, operations, kind, range, view }} />
          <Quantiles {...{ charts, operations, kind, range, view }} />
          <Rate {...{ charts, operations, kind, range, view }} />
          <Answered {...{ charts, operations, kind, range, view }} />
        </>
      )}
      {fates === undefined ? null : <Fates {...{ charts, fates, view }} />}
      {charts.convergence === undefined ? null : (
        <Replicas {...{ charts, convergence: charts.convergence, view }} />
      )}
      {charts.clocks === undefined ? null : <Clocks {...{ charts, clocks: charts.clocks, view }} />}
      <p class="quiet">
        Drag to zoom, double-click to see all; on the keyboard + − ← → 0.{' '}
        {charts.bands.length === 0 ? '' : 'Bands are faults, dashed lines changes of leader.'}
      </p>
    </div>
  )
}
