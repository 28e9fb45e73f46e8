/** Why operations failed, or got no answer: errors that differ in numbers only together, each with its first and last. */
import { useCallback } from 'preact/hooks'
import { counted, line, seconds } from '../../text.ts'
import { Heads, Sign } from '../elements.tsx'
import { useLater } from '../later.ts'
import { reveal } from '../proof/reveal.tsx'
import type { PanelProps } from '../run-data.ts'
import type { View } from '../view-state.ts'
import { type ErrorGroup, errorGroups } from './error-groups.ts'

const GROUPS_MAX = 100

export const Errors = ({ data: { operations }, view }: PanelProps) => {
  const group = useCallback(
    () => (operations === undefined ? undefined : errorGroups(operations, GROUPS_MAX)),
    [operations],
  )
  const found = useLater(group)
  if (found === undefined || operations === undefined)
    return <p class="quiet">The operations are being read …</p>
  if (found.groups.length === 0) return <p class="quiet">No operation ended with an error.</p>
  const at = (place: number) => ({
    index: operations.columns.index[place]!,
    fromNs: operations.columns.from[place]!,
  })
  return (
    <>
      <div class="scroll">
        <table>
          <Heads names={['f', 'outcome', 'error', 'count', 'first', 'last', '']} />
          <tbody>
            {found.groups.map((group) => (
              <tr key={`${group.f} ${group.outcome} ${group.says}`}>
                <td class="column-f">
                  <bdi>{group.f}</bdi>
                </td>
                <td>
                  <Sign outcome={group.outcome} />
                  {group.outcome}
                </td>
                <td class="column-value" title={group.example}>
                  <bdi>{group.count === 1 ? group.example : group.says}</bdi>
                </td>
                <td>{group.count.toLocaleString('en-US')}</td>
                {[group.first, group.last].map((place, which) => (
                  <td key={which}>
                    <button
                      type="button"
                      title="Show this operation on the timeline"
                      onClick={() => reveal(view, at(place))}
                    >
                      {`${seconds(operations.columns.from[place]!)} s`}
                    </button>
                  </td>
                ))}
                <td>
                  <button type="button" onClick={() => showAll(view, group)}>
                    Show all
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.left === 0 ? null : (
        <p class="quiet">{`and ${counted(found.left, 'rarer kind')} of error`}</p>
      )}
    </>
  )
}

/** Leaves on the timeline what has the longest part of the error that does not differ. */
const showAll = (view: View, { f, outcome, says }: ErrorGroup): void => {
  const [longest = ''] = says.split('…').sort((a, b) => b.length - a.length)
  const query = line(longest.trim(), 80)
  view.narrow({ f, outcome, ...(query === '' ? {} : { query }) })
}
