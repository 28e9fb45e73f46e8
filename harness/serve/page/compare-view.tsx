/** Two runs side by side: what was different in the plan, what was found, and the numbers. */
import { Heads } from '../../../results/report/page/elements.tsx'
import { type RunDifference, useAsked } from './api.ts'
import { Awaited, milliseconds, number, Outcome } from './elements.tsx'

export const Compare = ({ a, b }: { readonly a: string; readonly b: string }) => {
  const asked = useAsked<RunDifference>(`/api/diff?${new URLSearchParams({ a, b })}`)
  return (
    <>
      <h1>Two runs compared</h1>
      <Awaited asked={asked}>{(found) => <Difference found={found} />}</Awaited>
    </>
  )
}

const Difference = ({ found }: { readonly found: RunDifference }) => {
  const { runs, plan, anomalies, checkers, kinds, faults, totals } = found
  return (
    <>
      <ul class="sides">
        {runs.map(({ id, outcome, missing }, at) => (
          <li key={at}>
            <strong>{'AB'[at]}</strong> <Outcome of={outcome} /> <a href={`#/run/${id}`}>{id}</a>
            {missing.map((text) => (
              <p key={text} class="quiet">
                <bdi>{text}</bdi>
              </p>
            ))}
          </li>
        ))}
      </ul>
      <Part
        id="found"
        title="Found"
        rows={[
          ...anomalies.map(({ type, checker, counts }) => [
            `${type} (${checker})`,
            ...counts.map(number),
          ]),
          ...checkers.map(({ checker, valid }) => [checker, ...valid.map(answer)]),
        ]}
      />
      <Part
        id="plan"
        title="Plan"
        rows={plan.map(({ field, values }) => [field, ...values.map((value) => value ?? '–')])}
      />
      <Part
        id="operations"
        title="Operations"
        rows={[
          ...kinds.map(({ f, values }) => [f, ...values.map(operations)]),
          row('ok a second', totals, ({ okPerSecond }) => number(Math.round(okPerSecond))),
          row('changes of leader', totals, ({ leaderChanges }) => number(leaderChanges)),
          row('recovery', totals, ({ recoveryMs }) => milliseconds(recoveryMs)),
        ]}
      />
      <Part
        id="faults"
        title="Faults installed"
        rows={faults.map(({ fault, planned, held }) => [
          fault,
          ...planned.map((n, at) => (n === 0 ? '–' : `${held[at]} of ${n}`)),
        ])}
      />
    </>
  )
}

const answer = (valid: string | null): string =>
  valid === null
    ? 'did not judge'
    : valid === 'true'
      ? 'valid'
      : valid === 'false'
        ? 'violation'
        : valid

const operations = (value: RunDifference['kinds'][number]['values'][0]): string => {
  if (value === null) return '–'
  const counts = `${number(value.ok)} ok, ${number(value.fail)} fail, ${number(value.info)} info`
  const { latencyMs } = value
  if (latencyMs === undefined) return counts
  return `${counts}; p50 ${milliseconds(latencyMs.p50)}, p99 ${milliseconds(latencyMs.p99)}`
}

type Totals = RunDifference['totals']

const row = (
  name: string,
  totals: Totals,
  of: (one: NonNullable<Totals[0]>) => string,
): readonly string[] => [name, ...totals.map((one) => (one === null ? '–' : of(one)))]

const Part = ({
  id,
  title,
  rows,
}: {
  readonly id: string
  readonly title: string
  readonly rows: readonly (readonly string[])[]
}) =>
  rows.length === 0 ? null : (
    <section id={id}>
      <h2>{title}</h2>
      <div class="scroll">
        <table>
          <Heads names={['', 'A', 'B']} />
          <tbody>
            {rows.map((cells) => (
              <tr key={cells[0]}>
                {cells.map((cell, at) => (
                  <td key={at}>
                    <bdi>{cell}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
