/** What a table's address asks for: which runs, in which order, which of them. */
import { type RunRow, rowOutcomes } from '../../results/archive/row.ts'
import { type Selection, selectRuns } from '../../results/archive/select.ts'

/** What a table can be sorted by; texts by their letters, numbers by size, what is missing last. */
const orders = {
  startedAt: (row: RunRow) => row.startedAt,
  system: (row: RunRow) => row.system,
  workload: (row: RunRow) => row.workload,
  faults: (row: RunRow) => row.faults.join(','),
  seed: (row: RunRow) => row.seed,
  outcome: (row: RunRow) => rowOutcomes.indexOf(row.outcome),
  ok: (row: RunRow) => row.counts?.ok,
  p99: (row: RunRow) => row.counts?.p99Ms,
} as const
type Order = keyof typeof orders

/** A page of the table; `choices` are what the filters can be set to, with how many runs have it. */
export interface TablePage {
  readonly total: number
  readonly matched: number
  readonly from: number
  readonly runs: readonly RunRow[]
  readonly choices: Readonly<Record<'systems' | 'workloads' | 'faults' | 'outcomes', Choices>>
}
type Choices = readonly (readonly [value: string, runs: number])[]

const PAGE = 100

/** The part of the runs that an address asks for. What it asks for wrongly counts as not asked for. O(runs). */
export const tablePage = (rows: readonly RunRow[], query: URLSearchParams): TablePage => {
  const matched = selectRuns(rows, selectionOf(query))
  const sorted = inOrder(matched, query.get('sort') ?? '')
  const asked = Math.floor(Number(query.get('from') ?? 0))
  const from = asked > 0 && asked < sorted.length ? asked : 0
  return {
    total: rows.length,
    matched: matched.length,
    from,
    runs: sorted.slice(from, from + PAGE),
    choices: {
      systems: counted(rows, ({ system }) => [system]),
      workloads: counted(rows, ({ workload }) => [workload]),
      faults: counted(rows, ({ faults }) => faults),
      outcomes: counted(rows, ({ outcome }) => [outcome]),
    },
  }
}

const selectionOf = (query: URLSearchParams): Selection => {
  const all = (name: string): readonly string[] => query.getAll(name).filter(Boolean)
  const seed = query.get('seed') ?? ''
  const since = Date.parse(query.get('since') ?? '')
  return {
    search: query.get('search') ?? '',
    systems: all('system'),
    workloads: all('workload'),
    faults: all('fault'),
    outcomes: all('outcome'),
    ...(/^\d+$/.test(seed) ? { seed: Number(seed) } : {}),
    ...(Number.isNaN(since) ? {} : { since: new Date(since).toISOString() }),
  }
}

/** `p99` upwards, `-p99` downwards; the newest first unless asked. */
const inOrder = (rows: readonly RunRow[], text: string): readonly RunRow[] => {
  const name = text.replace(/^-/, '')
  if (!Object.hasOwn(orders, name)) return rows
  const by = orders[name as Order]
  const direction = text.startsWith('-') ? -1 : 1
  return rows.toSorted((a, b) => {
    const [one, other] = [by(a), by(b)]
    if (one === other) return 0
    if (one === undefined || other === undefined) return one === undefined ? 1 : -1
    return one < other ? -direction : direction
  })
}

const counted = (rows: readonly RunRow[], of: (row: RunRow) => readonly string[]): Choices => {
  const counts = new Map<string, number>()
  for (const row of rows)
    for (const value of of(row)) if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
}
