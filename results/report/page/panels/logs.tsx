/**
 * What the nodes printed in the stretch of time that is looked at, all nodes in one order of time, with the faults
 * and the selected operation between the lines. A log of which only a part is kept says what was left out.
 */
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { LogLine } from '../../log-excerpt.ts'
import { counted, seconds } from '../../text.ts'
import { attachment } from '../data/attachments.ts'
import type { PanelProps } from '../run-data.ts'
import { useSettledWindow } from '../settled.ts'
import { useView } from '../view-state.ts'
import { type Entry, entriesOf, type Marked, merged } from './log-entries.ts'
import { LogRow } from './log-lines.tsx'

/** How many are shown at once, and how many more when asked. */
const SHOWN = 300

export const Logs = ({ data, view }: PanelProps) => {
  const { page, operations } = data
  const lines = useLines()
  const [node, setNode] = useState('')
  const [query, setQuery] = useState('')
  const [onlyTrouble, setOnlyTrouble] = useState(false)
  const [more, setMore] = useState(SHOWN)
  const window = useSettledWindow(view)
  const op = useView(view, (state) => state.op)
  const marks = useMemo(() => marksOf(page.charts.bands, operations, op), [page, operations, op])
  const entries = useMemo(
    () => entriesOf(lines ?? [], marks, { window, node, query, onlyTrouble }),
    [lines, marks, window, node, query, onlyTrouble],
  )
  useEffect(() => setMore(SHOWN), [entries])
  if (lines === undefined) return <p class="quiet">The logs are being read …</p>
  if (lines instanceof Error)
    return <p class="quiet">{`The logs cannot be read: ${lines.message}`}</p>
  const { from, to } = window
  return (
    <div class="logs">
      <p class="log-choices">
        <label>
          Node{' '}
          <select value={node} onChange={({ currentTarget }) => setNode(currentTarget.value)}>
            <option value="">all</option>
            {page.logs.map(({ node: name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Lines with{' '}
          <input
            type="search"
            value={query}
            onInput={({ currentTarget }) => setQuery(currentTarget.value)}
          />
        </label>
        <label>
          <input
            type="checkbox"
            checked={onlyTrouble}
            onChange={({ currentTarget }) => setOnlyTrouble(currentTarget.checked)}
          />{' '}
          errors and warnings only
        </label>
        <span class="quiet" aria-live="polite">
          {`${counted(entries.lines, 'line')} from ${seconds(from, 2)} to ${seconds(to, 2)} s`}
        </span>
      </p>
      <div class="log log-window scroll">
        {entries.entries.slice(0, more).map((entry) => (
          <EntryRow
            key={entry.id}
            entry={entry}
            look={(at) => view.look({ from: at - NEAR_NS, to: at + NEAR_NS })}
          />
        ))}
      </div>
      {entries.entries.length > more ? (
        <button type="button" onClick={() => setMore(more + SHOWN)}>
          {`Show more (${(entries.entries.length - more).toLocaleString('en-US')} left)`}
        </button>
      ) : null}
      <LeftOut logs={page.logs} kept={lines} aligned={page.logsAligned} />
    </div>
  )
}

/** What a click on a line's time shows: so much before and after it. */
const NEAR_NS = 1e9

const EntryRow = ({
  entry,
  look,
}: {
  readonly entry: Entry
  readonly look: (at: number) => void
}) =>
  entry.kind === 'line' ? (
    <>
      {entry.skipped === 0 ? null : (
        <div class="log-mark quiet">{`… ${counted(entry.skipped, 'line')} of ${entry.line.node} left out`}</div>
      )}
      <LogRow {...entry.line} look={look} />
    </>
  ) : (
    <div class={`log-mark ${entry.kind}`}>
      <span class="log-time">{`${seconds(entry.at)} s`}</span> <bdi>{entry.text}</bdi>
    </div>
  )

/** The lines of all nodes by time; undefined while they are being inflated, or why they cannot be. */
const useLines = (): readonly LogLine[] | Error | undefined => {
  const [lines, setLines] = useState<readonly LogLine[] | Error>()
  useEffect(() => {
    attachment('logs').then(
      (text) => setLines(merged(text)),
      (error: unknown) => setLines(error instanceof Error ? error : new Error(String(error))),
    )
  }, [])
  return lines
}

const marksOf = (
  bands: PanelProps['data']['page']['charts']['bands'],
  operations: PanelProps['data']['operations'],
  op: number | undefined,
): readonly Marked[] => {
  const place = op === undefined || operations === undefined ? -1 : operations.placeOf(op)
  const selected = place < 0 ? undefined : operations?.facts(place)
  return [
    ...bands.flatMap(({ from, to, name, targets }): Marked[] => [
      { kind: 'fault', at: from * 1e9, text: `${name} on ${targets} begins` },
      { kind: 'fault', at: to * 1e9, text: `${name} on ${targets} is over` },
    ]),
    ...(selected === undefined
      ? []
      : [{ kind: 'selected', at: selected.from, text: `operation #${op} begins` } as const]),
  ]
}

const LeftOut = ({
  logs,
  kept,
  aligned,
}: {
  readonly aligned: boolean
  readonly logs: PanelProps['data']['page']['logs']
  readonly kept: readonly LogLine[]
}) => {
  const told = logs.flatMap(({ node, total, unreadBytes }) => {
    const left = total - kept.filter((line) => line.node === node).length
    const unread = unreadBytes === 0 ? '' : ` and ${counted(unreadBytes, 'byte')} before them`
    return left === 0 && unreadBytes === 0 ? [] : [`${counted(left, 'line')}${unread} of ${node}`]
  })
  return (
    <p class="quiet">
      {told.length === 0
        ? 'These are all lines that the nodes printed. '
        : `Left out, away from faults and trouble: ${told.join('; ')}; logs/ in the run’s folder has all. `}
      {aligned
        ? 'Their times are those of the operations.'
        : 'Their times may be a second or two off those of the operations: this run did not record when its clock began.'}
    </p>
  )
}
