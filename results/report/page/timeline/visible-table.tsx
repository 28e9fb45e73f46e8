/**
 * The operations in view as a table, for those who cannot see the picture or want to copy from it: the
 * first ones, and how many there are.
 */
import { useState } from 'preact/hooks'
import { count, duration, line, seconds } from '../../text.ts'
import { Heads, Sign } from '../elements.tsx'
import { useSettledWindow } from '../settled.ts'
import type { View, Window } from '../view-state.ts'
import { goTo } from './navigate.ts'
import type { Scene } from './scene.ts'

const ROWS_MAX = 100

export const VisibleTable = ({ scene, view }: { readonly scene: Scene; readonly view: View }) => {
  const [open, setOpen] = useState(false)
  const window = useSettledWindow(view)
  const total = inWindow(scene, window)
  return (
    <details
      class="visible-operations"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        {`${count(total)} operations from ${seconds(window.from, 3)} to ${seconds(window.to, 3)} s, as a table`}
      </summary>
      {open ? <Rows scene={scene} view={view} window={window} total={total} /> : null}
    </details>
  )
}

const Rows = ({
  scene,
  view,
  window,
  total,
}: {
  readonly scene: Scene
  readonly view: View
  readonly window: Window
  readonly total: number
}) => (
  <div class="scroll">
    <table>
      <Heads
        names={['index', 'time s', 'process', 'node', 'f', 'key', 'asked', 'outcome', 'took']}
      />
      <tbody>
        {firstIn(scene, window).map((place) => (
          <Row key={place} scene={scene} view={view} place={place} />
        ))}
      </tbody>
    </table>
    {total > ROWS_MAX ? (
      <p class="quiet">{`The first ${ROWS_MAX}; zoom in or filter to see others.`}</p>
    ) : null}
  </div>
)

const Row = ({
  scene,
  view,
  place,
}: {
  readonly scene: Scene
  readonly view: View
  readonly place: number
}) => {
  const { index, from, to, process, node, f, key, asked, answered, outcome, error } =
    scene.operations.facts(place)
  const answer = answered === '' || answered === asked ? '' : ` → ${line(answered, 80)}`
  return (
    <tr>
      <td>
        <button
          type="button"
          class="operation"
          onClick={() => goTo(view, scene.operations, place)}
        >{`#${index}`}</button>
      </td>
      <td>{seconds(from, 6)}</td>
      <td>{process}</td>
      {[node, f, key].map((text, at) => (
        <td key={['node', 'f', 'key'][at]}>
          <bdi>{line(text, 40)}</bdi>
        </td>
      ))}
      <td class="column-value">
        <bdi>{`${line(asked, 80)}${answer}`}</bdi>
      </td>
      <td>
        <Sign outcome={outcome} />
        <bdi>{error === '' ? outcome : `${outcome}: ${line(error, 80)}`}</bdi>
      </td>
      <td>{to === undefined ? 'never' : duration((to - from) / 1e6)}</td>
    </tr>
  )
}

/** How many operations are at least partly in a window. O(lanes). */
const inWindow = ({ index, rows }: Scene, { from, to }: Window): number =>
  rows.reduce((sum, { lane }) => {
    const [first, end] = index.within(lane, from, to)
    return sum + end - first
  }, 0)

/** The first of them in the order of time. */
const firstIn = ({ index, rows }: Scene, { from, to }: Window): readonly number[] =>
  rows
    .flatMap(({ lane }) => {
      const [first, end] = index.within(lane, from, to)
      return [...index.places.subarray(first, Math.min(end, first + ROWS_MAX))]
    })
    .sort((a, b) => a - b)
    .slice(0, ROWS_MAX)
