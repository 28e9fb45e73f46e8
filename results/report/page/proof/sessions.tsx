/** The sessions that a proof is about, each in its own order, the operations of the proof marked. */
import type { SessionView } from '../../session-view.ts'
import type { View } from '../view-state.ts'
import { OperationsTable } from './operations-table.tsx'

interface SessionsProps {
  readonly sessions: readonly SessionView[]
  readonly view: View
}

export const Sessions = ({ sessions, view }: SessionsProps) => (
  <>
    {sessions.map(({ process, operations, omitted }) => {
      const proven = new Set(operations.flatMap(({ index, inProof }) => (inProof ? [index] : [])))
      return (
        <div class="session" key={process}>
          <h4>{`The session of process ${process}`}</h4>
          <OperationsTable
            operations={operations}
            digits={3}
            view={view}
            extra={{
              name: 'proof',
              of: ({ index }) => (proven.has(index) ? '◀ in the proof' : ''),
            }}
            rowClass={({ index }) => (proven.has(index) ? 'proven' : '')}
          />
          {omitted === 0 ? null : (
            <p class="quiet">{`${omitted} operations between them are left out`}</p>
          )}
        </div>
      )
    })}
  </>
)
