/** The fault ledger: what was planned, what was done, the evidence for it, and the evidence that it is gone. */
import './faults.css'
import type { LedgerRow } from '../../ledger.ts'
import { duration } from '../../text.ts'
import { Heads } from '../elements.tsx'
import type { PanelProps } from '../run-data.ts'
import type { View } from '../view-state.ts'

export const Faults = ({ data: { page }, view }: PanelProps) =>
  page.ledger.length === 0 ? (
    <p class="quiet">
      {page.plan === undefined
        ? 'This history does not say whether anything was broken.'
        : 'Nothing was broken in this run.'}
    </p>
  ) : (
    <div class="scroll">
      <table class="ledger">
        <Heads names={['fault', 'planned', 'executed on', 'from', 'to', 'took hold', 'healed']} />
        <tbody>
          {page.ledger.map((row) => (
            <Row key={row.name} row={row} view={view} />
          ))}
        </tbody>
      </table>
    </div>
  )

const Row = ({ row, view }: { readonly row: LedgerRow; readonly view: View }) => {
  const { name, planned, targets, fromS, toS, state, installMs, evidence, healEvidence } = row
  const began = state !== 'skipped' && state !== 'not shown'
  return (
    <tr>
      <td>
        {fromS === undefined || toS === undefined ? (
          <bdi>{name}</bdi>
        ) : (
          <button type="button" title="Show this time" onClick={() => lookAt(view, fromS, toS)}>
            <bdi>{name}</bdi>
          </button>
        )}
      </td>
      <td class="column-planned">
        <bdi>{planned}</bdi>
      </td>
      <td>
        <bdi>{targets}</bdi>
      </td>
      <td>{fromS === undefined ? '' : `${fromS.toFixed(2)} s`}</td>
      <td>{toS === undefined || state === 'not healed' ? '' : `${toS.toFixed(2)} s`}</td>
      <td class="column-evidence">
        <Mark good={began} word={began ? `yes${after(installMs)}` : words[state]} />
        <bdi>{evidence}</bdi>
      </td>
      <td class="column-healed">
        {state === 'skipped' ? null : (
          <>
            <Mark good={state !== 'not healed'} word={state === 'not healed' ? 'NO' : 'yes'} />
            <bdi>{healEvidence}</bdi>
          </>
        )}
      </td>
    </tr>
  )
}

const words: Readonly<Record<'skipped' | 'not shown', string>> & Readonly<Record<string, string>> =
  {
    skipped: 'never began',
    'not shown': 'not shown',
  }

const after = (installMs: number | undefined): string =>
  installMs === undefined ? '' : `, after ${duration(installMs)}`

/** A sign and a word: neither depends on colour. */
const Mark = ({ good, word }: { readonly good: boolean; readonly word: string }) => (
  <span class={good ? 'mark-good' : 'mark-bad'}>{`${good ? '✓' : '✕'} ${word}. `}</span>
)

const lookAt = (view: View, fromS: number, toS: number): void => {
  const margin = Math.max(0.5, (toS - fromS) / 5)
  view.look({ from: (fromS - margin) * 1e9, to: (toS + margin) * 1e9 })
}
