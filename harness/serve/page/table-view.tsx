/** The table of all runs: searched, filtered and sorted by the server; the address says how. */
import { useEffect, useState } from 'preact/hooks'
import { type RunRow, type TablePage, useAsked } from './api.ts'
import { Awaited, milliseconds, number, Outcome, when } from './elements.tsx'

/** New runs come into the table after at most so long, ms. */
const REFRESH_MS = 5000
/** A word is searched for when typing has paused for so long, ms. */
const TYPING_MS = 150

export const Table = ({ query }: { readonly query: URLSearchParams }) => {
  const asked = useAsked<TablePage>(`/api/runs?${query}`, REFRESH_MS)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const choose = (id: string): void =>
    setChosen((ids) =>
      ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id].slice(-2),
    )
  return (
    <>
      <h1>Runs</h1>
      <Awaited asked={asked}>
        {(page) => (
          <>
            <Filters query={query} choices={page.choices} />
            <p class="bar">
              <span id="counts">
                {number(page.matched)} of {number(page.total)} runs
              </span>
              <Pages query={query} page={page} />
              {chosen.length === 2 ? (
                <a id="compare" href={`#/compare?a=${chosen[0]}&b=${chosen[1]}`}>
                  Compare the two chosen
                </a>
              ) : (
                <span class="quiet">choose two runs to compare them</span>
              )}
            </p>
            <Rows query={query} runs={page.runs} chosen={chosen} choose={choose} />
          </>
        )}
      </Awaited>
    </>
  )
}

/** Goes to the same table with one thing changed; from its beginning again. */
const go = (query: URLSearchParams, name: string, value: string): void => {
  const next = new URLSearchParams(query)
  next.delete('from')
  if (value === '') next.delete(name)
  else next.set(name, value)
  location.hash = next.size === 0 ? '/' : `/?${next}`
}

const Filters = ({
  query,
  choices,
}: {
  readonly query: URLSearchParams
  readonly choices: TablePage['choices']
}) => (
  <form class="filters" onSubmit={(event) => event.preventDefault()}>
    <Typed query={query} name="search" label="Search" />
    <Choice query={query} name="outcome" label="Verdict" values={choices.outcomes} />
    <Choice query={query} name="system" label="System" values={choices.systems} />
    <Choice query={query} name="workload" label="Workload" values={choices.workloads} />
    <Choice query={query} name="fault" label="Fault" values={choices.faults} />
    <Typed query={query} name="seed" label="Seed" />
    <label>
      Since
      <input
        type="date"
        name="since"
        value={query.get('since') ?? ''}
        onChange={(event) => go(query, 'since', event.currentTarget.value)}
      />
    </label>
  </form>
)

interface FieldProps {
  readonly query: URLSearchParams
  readonly name: string
  readonly label: string
}

const Typed = ({ query, name, label }: FieldProps) => {
  const known = query.get(name) ?? ''
  const [text, setText] = useState(known)
  useEffect(() => {
    if (text === known) return
    const timer = setTimeout(() => go(query, name, text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <label>
      {label}
      <input
        type="search"
        name={name}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  )
}

const Choice = ({
  query,
  name,
  label,
  values,
}: FieldProps & { readonly values: TablePage['choices']['systems'] }) => (
  <label>
    {label}
    <select
      name={name}
      value={query.get(name) ?? ''}
      onChange={(event) => go(query, name, event.currentTarget.value)}
    >
      <option value="">all</option>
      {values.map(([value, runs]) => (
        <option key={value} value={value}>
          {value} ({runs})
        </option>
      ))}
    </select>
  </label>
)

const Pages = ({ query, page }: { readonly query: URLSearchParams; readonly page: TablePage }) => {
  const { from, runs, matched } = page
  const to = (start: number): string => {
    const next = new URLSearchParams(query)
    next.set('from', String(start))
    return `#/?${next}`
  }
  const end = from + runs.length
  if (from === 0 && end === matched) return null
  return (
    <span>
      {from > 0 ? <a href={to(Math.max(0, from - 100))}>earlier in the list</a> : null} {from + 1}–
      {end} {end < matched ? <a href={to(end)}>next</a> : null}
    </span>
  )
}

const columns: readonly (readonly [name: string, order: string, first: '' | '-'])[] = [
  ['Begun (UTC)', 'startedAt', '-'],
  ['Verdict', 'outcome', '-'],
  ['System', 'system', ''],
  ['Workload', 'workload', ''],
  ['Faults', 'faults', ''],
  ['Seed', 'seed', ''],
  ['ok', 'ok', '-'],
  ['p99', 'p99', '-'],
]

const Rows = ({
  query,
  runs,
  chosen,
  choose,
}: {
  readonly query: URLSearchParams
  readonly runs: readonly RunRow[]
  readonly chosen: readonly string[]
  readonly choose: (id: string) => void
}) => (
  <div class="scroll">
    <table id="runs">
      <thead>
        <tr>
          <th scope="col">
            <span class="hidden">Compare</span>
          </th>
          {columns.map(([name, order, first]) => (
            <Head key={order} query={query} name={name} order={order} first={first} />
          ))}
          <th scope="col">Found</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((row) => (
          <tr key={row.id} class={row.outcome}>
            <td>
              <input
                type="checkbox"
                aria-label={`compare ${row.id}`}
                checked={chosen.includes(row.id)}
                onChange={() => choose(row.id)}
              />
            </td>
            <td class="time">
              <a href={`#/run/${row.id}`}>{when(row.startedAt) || row.id}</a>
            </td>
            <td>
              <Outcome of={row.outcome} />
            </td>
            <td>
              {row.system} <span class="quiet">{row.systemVersion}</span>
            </td>
            <td>{row.workload}</td>
            <td>{row.faults.join(', ')}</td>
            <td class="number">{row.seed}</td>
            <td class="number">{number(row.counts?.ok)}</td>
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

/** A column's head sorts by it, and the other way round the second time. */
const Head = ({
  query,
  name,
  order,
  first,
}: {
  readonly query: URLSearchParams
  readonly name: string
  readonly order: string
  readonly first: '' | '-'
}) => {
  const present = query.get('sort') ?? '-startedAt'
  const isBy = present.replace(/^-/, '') === order
  const isDown = present.startsWith('-')
  const next = isBy ? (isDown ? order : `-${order}`) : first + order
  return (
    <th scope="col" aria-sort={isBy ? (isDown ? 'descending' : 'ascending') : 'none'}>
      <button type="button" onClick={() => go(query, 'sort', next)}>
        {name}
        {isBy ? <span aria-hidden="true">{isDown ? ' ▾' : ' ▴'}</span> : null}
      </button>
    </th>
  )
}
