/** All runs of one configuration over time: verdicts, how many violated so far, and latencies. */
import { Heads } from '../../../results/report/page/elements.tsx'
import { type Configuration, type RunRow, useAsked } from './api.ts'
import { Awaited, milliseconds, number, Outcome, outcomeSign, when } from './elements.tsx'

export const History = ({ id }: { readonly id: string }) => {
  const asked = useAsked<Configuration>(`/api/history/${encodeURIComponent(id)}`)
  return (
    <>
      <h1>Runs of one configuration</h1>
      <Awaited asked={asked}>
        {({ row, total, judged, violations, runs }) => (
          <>
            <p>
              {row.system} with {row.workload}, {row.faults.join(', ') || 'no faults'}, {row.nodes}{' '}
              nodes, {row.cluster}
            </p>
            <p id="shares">
              {number(violations)} violations in {number(judged)} runs with a verdict
              {runs.length < total ? `; the last ${number(runs.length)} are shown` : ''}
            </p>
            <Chart runs={runs} />
            <List runs={runs} />
          </>
        )}
      </Awaited>
    </>
  )
}

const WIDTH = 960
const HEIGHT = 150
const TOP = 34

/**
 * Runs in their order, each at a place of its own: a sign for its verdict above, latencies on a logarithmic axis
 * below.
 */
const Chart = ({ runs }: { readonly runs: readonly RunRow[] }) => {
  const latencies = runs.flatMap(({ counts }) =>
    [counts?.p50Ms, counts?.p99Ms].flatMap((ms) => (ms === undefined || ms <= 0 ? [] : [ms])),
  )
  const [low, high] =
    latencies.length === 0 ? [1, 10] : [Math.min(...latencies) / 1.5, Math.max(...latencies) * 1.5]
  const x = (at: number): number => ((at + 0.5) * WIDTH) / runs.length
  const y = (ms: number): number =>
    HEIGHT - 14 - ((HEIGHT - TOP - 20) * Math.log(ms / low)) / Math.log(high / low)
  const points = (of: (row: RunRow) => number | undefined): string =>
    runs
      .flatMap((row, at) => {
        const ms = of(row)
        return ms === undefined || ms <= 0 ? [] : [`${x(at).toFixed(1)},${y(ms).toFixed(1)}`]
      })
      .join(' ')
  return (
    <figure>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label="verdicts and latencies"
      >
        {runs.map((row, at) => (
          <a key={row.id} href={`#/run/${row.id}`}>
            <title>{`${when(row.startedAt)} seed ${row.seed}: ${row.outcome}`}</title>
            <text class={`sign ${row.outcome}`} x={x(at)} y={22} text-anchor="middle">
              {outcomeSign(row.outcome)}
            </text>
          </a>
        ))}
        <polyline class="p99" points={points(({ counts }) => counts?.p99Ms)} />
        <polyline class="p50" points={points(({ counts }) => counts?.p50Ms)} />
      </svg>
      <figcaption>
        oldest to newest; latencies from {milliseconds(low)} to {milliseconds(high)}, logarithmic:{' '}
        <span class="key p99">p99</span> above <span class="key p50">p50</span>
      </figcaption>
    </figure>
  )
}

const List = ({ runs }: { readonly runs: readonly RunRow[] }) => (
  <div class="scroll">
    <table id="history">
      <Heads names={['Begun (UTC)', 'Verdict', 'Seed', 'Version', 'ok', 'p50', 'p99', 'Found']} />
      <tbody>
        {runs.toReversed().map((row) => (
          <tr key={row.id} class={row.outcome}>
            <td class="time">
              <a href={`#/run/${row.id}`}>{when(row.startedAt)}</a>
            </td>
            <td>
              <Outcome of={row.outcome} />
            </td>
            <td class="number">{row.seed}</td>
            <td>{row.systemVersion}</td>
            <td class="number">{number(row.counts?.ok)}</td>
            <td class="number">{milliseconds(row.counts?.p50Ms)}</td>
            <td class="number">{milliseconds(row.counts?.p99Ms)}</td>
            <td class="says">
              <bdi>{row.says}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
