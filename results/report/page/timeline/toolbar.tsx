/** What is shown of the history and where: search, filters, zoom, the way to the first violation. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { count } from '../../text.ts'
import { OUTCOMES } from '../elements.tsx'
import { type Filter, useView, type View } from '../view-state.ts'
import { keysOf } from './filter.ts'
import type { Scene } from './scene.ts'

const KEYS_MAX = 200
/** A search begins when typing rests. */
const REST_MS = 200

interface ToolbarProps {
  readonly scene: Scene
  readonly view: View
  /** Absent where nothing was violated. */
  readonly onViolation: (() => void) | undefined
  /** To the next shown operation, or the one before. */
  onStep(step: 1 | -1): void
}

export const Toolbar = ({ scene, view, onViolation, onStep }: ToolbarProps) => {
  const filter = useView(view, (state) => state.filter)
  const { operations, index } = scene
  const keys = useMemo(() => keysOf(operations, KEYS_MAX), [operations])
  const change = (part: { readonly [name in keyof Filter]?: Filter[name] | undefined }) =>
    view.narrow(given({ ...filter, ...part }))
  return (
    <div class="timeline-tools" role="toolbar" aria-label="Timeline">
      <SearchField filter={filter} onChange={(query) => change({ query })} />
      {keys.length < 2 && filter.key === undefined ? null : (
        <label>
          key{' '}
          <input
            class="short"
            list="timeline-keys"
            value={filter.key ?? ''}
            onChange={({ currentTarget }) => change({ key: currentTarget.value || undefined })}
          />
          <datalist id="timeline-keys">
            {keys.map((key) => (
              <option key={key} value={key} />
            ))}
          </datalist>
        </label>
      )}
      <label>
        process{' '}
        <input
          class="short"
          inputMode="numeric"
          value={filter.process ?? ''}
          onChange={({ currentTarget }) => change({ process: wholeOf(currentTarget.value) })}
        />
      </label>
      <Choice name="f" values={operations.fs} chosen={filter.f} onChange={(f) => change({ f })} />
      <Choice
        name="node"
        values={operations.nodes}
        chosen={filter.node}
        onChange={(node) => change({ node })}
      />
      <Choice
        name="outcome"
        values={OUTCOMES}
        chosen={filter.outcome}
        onChange={(outcome) => change({ outcome: OUTCOMES.find((one) => one === outcome) })}
      />
      <span class="quiet" role="status">
        {scene.matches === undefined
          ? `${count(operations.length)} operations`
          : `${count(index.shown)} of ${count(operations.length)} operations`}
      </span>
      {scene.matches === undefined ? null : (
        <button type="button" onClick={() => view.narrow({})}>
          Show all
        </button>
      )}
      <span class="spring" />
      {onViolation === undefined ? null : (
        <button type="button" class="to-violation" onClick={onViolation}>
          First violation
        </button>
      )}
      <Buttons view={view} onStep={onStep} />
    </div>
  )
}

const Buttons = ({ view, onStep }: Pick<ToolbarProps, 'view' | 'onStep'>) => (
  <span class="group">
    <Tool name="Previous operation" sign="‹" onClick={() => onStep(-1)} />
    <Tool name="Next operation" sign="›" onClick={() => onStep(1)} />
    <Tool name="Zoom out" sign="−" onClick={() => view.zoom(2)} />
    <Tool name="Zoom in" sign="+" onClick={() => view.zoom(1 / 2)} />
    <Tool name="The whole run" sign="↔" onClick={() => view.look(view.whole)} />
  </span>
)

const Tool = ({
  name,
  sign,
  onClick,
}: {
  readonly name: string
  readonly sign: string
  readonly onClick: () => void
}) => (
  <button type="button" aria-label={name} title={name} onClick={onClick}>
    {sign}
  </button>
)

const SearchField = ({
  filter,
  onChange,
}: {
  readonly filter: Filter
  readonly onChange: (query: string | undefined) => void
}) => {
  const [typed, setTyped] = useState(filter.query ?? '')
  useEffect(() => setTyped(filter.query ?? ''), [filter.query])
  useEffect(() => {
    if (typed === (filter.query ?? '')) return
    const timer = setTimeout(() => onChange(typed || undefined), REST_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <input
      type="search"
      class="search"
      placeholder="value, key, error, #index"
      aria-label="Search operations by value, key, error or #index"
      value={typed}
      onInput={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  )
}

/** A field of few values; left out where there is nothing to choose. */
const Choice = ({
  name,
  values,
  chosen,
  onChange,
}: {
  readonly name: string
  readonly values: readonly string[]
  readonly chosen: string | undefined
  readonly onChange: (value: string | undefined) => void
}) => {
  if (values.length < 2 && chosen === undefined) return null
  return (
    <label>
      {name}{' '}
      <select
        value={chosen ?? ''}
        onChange={({ currentTarget }) => onChange(currentTarget.value || undefined)}
      >
        <option value="">all</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </label>
  )
}

const wholeOf = (text: string): number | undefined =>
  /^\s*-?\d+\s*$/.test(text) ? Number(text) : undefined

/** Without the fields that are not given. */
const given = (fields: { readonly [name in keyof Filter]?: Filter[name] | undefined }): Filter =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
