/**
 * The proofs in full: of each violation its operations, its cycle, its sessions; then how far an order of the operations
 * comes, and which levels of consistency still hold.
 */
import { PartialOrder } from '../proof/partial-order.tsx'
import { ProofDetails, ProofView } from '../proof/proof-view.tsx'
import type { PanelProps } from '../run-data.ts'

export const Proofs = ({ data: { page }, view }: PanelProps) => {
  const { proofs, partial, placement } = page
  const [first, ...others] = proofs
  return (
    <>
      {/* Its sentence and its drawing stand on the first screen. */}
      {first === undefined ? null : (
        <article class="proof">
          <h3>{first.title}</h3>
          <ProofDetails proof={first} view={view} />
        </article>
      )}
      {others.map((proof, at) => (
        <ProofView key={at} proof={proof} view={view} />
      ))}
      {partial === undefined ? null : <PartialOrder partial={partial} view={view} />}
      {placement === undefined ? null : (
        <article class="proof levels">
          <h3>Where it stands among the levels of consistency</h3>
          <dl class="claims">
            <div>
              <dt>Keeps</dt>
              <dd>{placement.strongest}</dd>
            </div>
            <div>
              <dt>Breaks</dt>
              <dd>{placement.weakestBroken}</dd>
            </div>
            {placement.undecided === '' ? null : (
              <div>
                <dt>Not decided</dt>
                <dd>{placement.undecided}</dd>
              </div>
            )}
          </dl>
          {placement.proofs.map((proof, at) => (
            <ProofView key={at} proof={proof} view={view} />
          ))}
        </article>
      )}
    </>
  )
}
