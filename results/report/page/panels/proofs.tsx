/**
 * The proofs: the checker's sentence, the drawing of the few operations on their processes, and the table
 * of the same operations.
 */
import type { PageProof } from '../../page-data.ts'
import { LineList, Sign, Table } from '../elements.tsx'
import { ProofDrawing } from '../proof/drawing.tsx'
import type { PanelProps } from '../run-data.ts'

export const Proofs = ({ data: { page } }: PanelProps) => (
  <>
    {page.proofs.map((proof, at) => (
      <ProofView key={at} proof={proof} />
    ))}
  </>
)

const ProofView = ({ proof }: { readonly proof: PageProof }) => {
  const outcomeColumn = proof.table.heads.indexOf('outcome')
  return (
    <article class="proof">
      <h3>{proof.title}</h3>
      <p>
        <bdi>{proof.summary}</bdi>
      </p>
      {proof.drawing === undefined ? null : (
        <>
          <div class="scroll">
            <ProofDrawing drawing={proof.drawing} />
          </div>
          <p class="quiet">
            Time runs to the right in its true order; long stretches are drawn shorter.
          </p>
        </>
      )}
      {proof.around.length === 0 ? null : (
        <>
          <h4>Meanwhile</h4>
          <LineList texts={proof.around} />
        </>
      )}
      <Table
        {...proof.table}
        mark={(row, column) =>
          column === outcomeColumn ? <Sign outcome={proof.outcomes[row]!} /> : null
        }
      />
      {proof.more === '' ? null : <p class="quiet">{proof.more}</p>}
    </article>
  )
}
