/** The charts of what clients saw: made of the operations, anew for the stretch of time that is looked at. */
import { useCallback, useMemo, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import type { Operations } from '../../operations/operations.ts'
import type { PageCharts } from '../../page-data.ts'
import { OUTCOMES, type Outcome, Sign } from '../elements.tsx'
import type { View, Window } from '../view-state.ts'
import { countText, msText } from './formats.ts'
import { latencyOptions } from './latency.ts'
import { LineLegend } from './legend.tsx'
import { fromZero, lineOptions } from './lines.ts'
import {
  answered,
  type Kind,
  latencyQuantiles,
  outcomeOf,
  QUANTILES,
  rates,
  type Series,
} from './series.ts'
import { TimeChart } from './time-chart.tsx'

interface ChartProps {
  readonly charts: PageCharts
  readonly operations: Operations
  readonly kind: Kind
  /** The fastest and the slowest latency of all operations, ms. */
  readonly range: [number, number]
  readonly view: View
}

const aligned = ({ x, y }: Series): uPlot.AlignedData => [[...x], ...y.map((line) => [...line])]

/** A point for each operation. */
export const Latency = ({ charts, operations, kind, range, view }: ChartProps) => {
  const options = useCallback(
    (place: HTMLElement) => latencyOptions({ charts, operations, kind, range }, place),
    [charts, operations, kind, range],
  )
  const series = useCallback(
    (): uPlot.AlignedData => [
      [0, charts.endS],
      [null, null],
    ],
    [charts],
  )
  const totals = useMemo(() => countOutcomes(operations, kind), [operations, kind])
  return (
    <TimeChart
      id="latency"
      title="Latency of each operation"
      says={OUTCOMES.map((outcome) => `${countText(totals[outcome])} ${outcome}`).join(', ')}
      {...{ view, options, series }}
    >
      <ul class="legend">
        {OUTCOMES.map((outcome) => (
          <li key={outcome}>
            <Sign outcome={outcome} />
            {`${outcome} ${countText(totals[outcome])}`}
          </li>
        ))}
      </ul>
    </TimeChart>
  )
}

const countOutcomes = ({ columns, length }: Operations, { f }: Kind): Record<Outcome, number> => {
  const totals = { ok: 0, fail: 0, info: 0 }
  for (let place = 0; place < length; place++)
    if (f === undefined || columns.f[place] === f) totals[outcomeOf(columns, place)]++
  return totals
}

/** Quantiles of the latency of one outcome. */
export const Quantiles = ({ charts, operations, kind, range, view }: ChartProps) => {
  const [outcome, choose] = useState<Outcome>('ok')
  const { columns } = operations
  const endNs = charts.endS * 1e9
  const options = useCallback(
    (place: HTMLElement) =>
      lineOptions(
        { charts, lines: QUANTILES.length, format: msText, y: { distr: 3, range }, height: 220 },
        place,
      ),
    [charts, range],
  )
  const series = useCallback(
    (window: Window) => aligned(latencyQuantiles(columns, endNs, window, { ...kind, outcome })),
    [columns, endNs, kind, outcome],
  )
  return (
    <TimeChart
      id="quantiles"
      title="Latency quantiles"
      says={`median, 95th and 99th percentile and maximum of what ended ${outcome}.`}
      {...{ view, options, series }}
    >
      <label>
        of{' '}
        <select
          value={outcome}
          onChange={({ currentTarget }) => choose(currentTarget.value as Outcome)}
        >
          {OUTCOMES.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <LineLegend names={QUANTILES.map(({ name }) => name)} />
    </TimeChart>
  )
}

/** Completions a second by outcome. */
export const Rate = ({ charts, operations, kind, view }: ChartProps) => {
  const { columns } = operations
  const endNs = charts.endS * 1e9
  const options = useCallback(
    (place: HTMLElement) =>
      lineOptions({ charts, lines: OUTCOMES.length, format: countText, y: fromZero }, place),
    [charts],
  )
  const series = useCallback(
    (window: Window) => aligned(rates(columns, endNs, window, kind)),
    [columns, endNs, kind],
  )
  return (
    <TimeChart
      id="rate"
      title="Completions a second"
      says="ok, fail and info."
      {...{ view, options, series }}
    >
      <LineLegend names={OUTCOMES} />
    </TimeChart>
  )
}

const percents: uPlot.Scale = { range: [0, 140] }

/** How much of what was asked was answered. */
export const Answered = ({ charts, operations, kind, view }: ChartProps) => {
  const { columns } = operations
  const endNs = charts.endS * 1e9
  const options = useCallback(
    (place: HTMLElement) => {
      const all = lineOptions(
        { charts, lines: 1, format: (percent) => `${percent} %`, y: percents, height: 150 },
        place,
      )
      const [bottom, left] = all.axes!
      return { ...all, axes: [bottom!, { ...left!, splits: [0, 50, 100] }] }
    },
    [charts],
  )
  const series = useCallback(
    (window: Window) => aligned(answered(columns, endNs, window, kind)),
    [columns, endNs, kind],
  )
  return (
    <TimeChart
      id="availability"
      title="Availability"
      says="percent of the operations begun that were answered: ok, or fail without an error."
      {...{ view, options, series }}
    >
      <LineLegend names={['answered (ok, or refused without an error)']} />
    </TimeChart>
  )
}
