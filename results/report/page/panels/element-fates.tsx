/** What became of each element: the lost ones first, with when it was added, acknowledged and seen. */
import './element-fates.css'
import type { Fate, FateRow } from '../../fates.ts'
import { Heads } from '../elements.tsx'
import { OperationButton } from '../proof/reveal.tsx'
import type { PanelProps } from '../run-data.ts'

export const ElementFates = ({ data: { page }, view }: PanelProps) => {
  const { fates } = page
  if (fates === undefined) return null
  const all = Object.values(fates.totals).reduce((sum, n) => sum + n, 0)
  return (
    <>
      <ul class="legend">
        {(Object.entries(fates.totals) as [Fate, number][])
          .filter(([, total]) => total > 0)
          .map(([fate, total]) => (
            <li key={fate}>{`${words[fate]}: ${total.toLocaleString('en-US')}`}</li>
          ))}
      </ul>
      <div class="scroll fates-table">
        <table>
          <Heads
            names={['element', 'fate', 'add', 'added', 'acknowledged', 'first seen', 'last seen']}
          />
          <tbody>
            {fates.rows.map((row) => (
              <tr key={`${row.element} ${row.op}`}>
                <td class="column-value">
                  <bdi>{row.element}</bdi>
                </td>
                <td class={`fate fate-word-${row.fate}`}>{words[row.fate]}</td>
                <td>
                  {row.op === undefined ? (
                    'never'
                  ) : (
                    <OperationButton view={view} index={row.op} fromNs={(row.addedS ?? 0) * 1e9} />
                  )}
                </td>
                {times(row).map((text, at) => (
                  <td key={at}>{text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {fates.rows.length < all ? (
        <p class="quiet">{`${fates.rows.length} of ${all.toLocaleString('en-US')} are listed`}</p>
      ) : null}
    </>
  )
}

const words: Readonly<Record<Fate, string>> = {
  kept: 'ok',
  recovered: 'ok, though not acknowledged',
  removed: 'removed',
  lost: '✕ lost',
  late: 'late',
  wrong: '✕ never added, or there twice',
  unknown: '? unknown',
}

const times = ({ addedS, acknowledgedS, firstSeenS, lastSeenS }: FateRow): readonly string[] =>
  [addedS, acknowledgedS, firstSeenS, lastSeenS].map((s) =>
    s === undefined ? 'never' : `${s.toFixed(3)} s`,
  )
