/** The charts of what was gathered when the report was made: fates of elements, replicas, clocks. */
import { useCallback } from 'preact/hooks'
import type uPlot from 'uplot'
import type { ClockOffsets } from '../../clock-offsets.ts'
import type { Convergence } from '../../convergence.ts'
import type { FatePlot } from '../../fates.ts'
import type { PageCharts } from '../../page-data.ts'
import type { View } from '../view-state.ts'
import { clockData, clockOptions } from './clocks.ts'
import { FATE_GROUPS, fateData, fateOptions, groupTotal } from './fates.ts'
import { countText } from './formats.ts'
import { LineLegend } from './legend.tsx'
import { fromZero, lineOptions } from './lines.ts'
import { TimeChart } from './time-chart.tsx'

interface ChartProps {
  readonly charts: PageCharts
  readonly view: View
}

/** What became of the elements, by the time at which their adds began. */
export const Fates = ({ charts, fates, view }: ChartProps & { readonly fates: FatePlot }) => {
  const options = useCallback((place: HTMLElement) => fateOptions(charts, place), [charts])
  const series = useCallback(() => fateData(fates), [fates])
  const groups = FATE_GROUPS.map((group) => ({ ...group, total: groupTotal(fates, group) })).filter(
    ({ total }) => total > 0,
  )
  const told = groups.map(({ says, total }) => `${countText(total)} ${says}`)
  return (
    <TimeChart
      id="fate-plot"
      title="What became of what was added, by the time of its add"
      says={`${told.join(', ')}.`}
      {...{ view, options, series }}
    >
      <ul class="legend">
        {groups.map(({ name, says, total }) => (
          <li key={name}>
            <span class={`swatch fate-${name}`} />
            {`${says} ${countText(total)}`}
          </li>
        ))}
      </ul>
    </TimeChart>
  )
}

/** How many elements the reads of each node showed. */
export const Replicas = ({
  charts,
  convergence,
  view,
}: ChartProps & { readonly convergence: Convergence }) => {
  const { x, nodes, restS, agreedS } = convergence
  const options = useCallback(
    (place: HTMLElement) =>
      lineOptions({ charts, lines: nodes.length, format: countText, y: fromZero }, place),
    [charts, nodes],
  )
  const series = useCallback(
    (): uPlot.AlignedData => [[...x], ...nodes.map(({ sizes }) => [...sizes])],
    [x, nodes],
  )
  return (
    <TimeChart
      id="convergence"
      title="What the reads of each node showed"
      says="elements by node; replicas have converged where the lines meet."
      {...{ view, options, series }}
    >
      <LineLegend names={nodes.map(({ name }) => name)} />
      {restS === undefined ? null : (
        <span class="quiet">
          {`at rest from ${restS.toFixed(2)} s on`}
          {agreedS === undefined ? '' : `, agreed by ${agreedS.toFixed(2)} s`}
        </span>
      )}
    </TimeChart>
  )
}

/** How far the nodes' clocks were ahead. */
export const Clocks = ({
  charts,
  clocks,
  view,
}: ChartProps & { readonly clocks: ClockOffsets }) => {
  const options = useCallback(
    (place: HTMLElement) => clockOptions(charts, clocks, place),
    [charts, clocks],
  )
  const series = useCallback(() => clockData(charts, clocks), [charts, clocks])
  return (
    <TimeChart
      id="clocks"
      title="Clocks ahead of the host"
      says="a line for each node."
      {...{ view, options, series }}
    >
      <LineLegend names={clocks.nodes.map(({ name }) => name)} />
    </TimeChart>
  )
}
