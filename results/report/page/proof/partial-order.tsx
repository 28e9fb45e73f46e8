/**
 * How far an order of the operations comes: the last ones that could be put in order with the state after
 * each, the operation that has no place after them, and what else had begun by then.
 */
import type { PartialView } from '../../partial-view.ts'
import type { View } from '../view-state.ts'
import { OperationsTable } from './operations-table.tsx'

interface PartialProps {
  readonly partial: PartialView
  readonly view: View
}

export const PartialOrder = ({ partial, view }: PartialProps) => {
  const { key, before, steps, stuck, pending, pendingTotal } = partial
  const states = new Map(steps.map(({ operation, state = '' }) => [operation.index, state]))
  const of = key === '' ? 'the operations' : `the operations on key ${key}`
  return (
    <article class="proof partial" id="partial">
      <h3>How far an order comes</h3>
      <p>
        {`In this order ${of} explain each other, up to the one in the last row: no order of what had begun ` +
          'by its completion has a place for it.'}
        {before === 0
          ? ''
          : ` ${before.toLocaleString('en-US')} operations stand before those shown.`}
      </p>
      <OperationsTable
        operations={[...steps.map(({ operation }) => operation), stuck]}
        digits={3}
        view={view}
        extra={{
          name: 'state after it',
          of: ({ index }) => (index === stuck.index ? '✕ no place' : (states.get(index) ?? '')),
        }}
        rowClass={({ index }) => (index === stuck.index ? 'stuck' : '')}
      />
      {pending.length === 0 ? null : (
        <details>
          <summary>
            {`What else had begun by then and stands not in the order (${pendingTotal.toLocaleString('en-US')})`}
          </summary>
          <OperationsTable operations={pending} digits={3} view={view} />
        </details>
      )}
    </article>
  )
}
