/** One proof: the checker's sentence, the drawing, the graph of its cycle, its sessions, and its operations. */
import './proof-view.css'
import type { PageProof } from '../../page-proofs.ts'
import { LineList, Sign } from '../elements.tsx'
import type { View } from '../view-state.ts'
import { ProofDrawing } from './drawing.tsx'
import { CycleGraph } from './graph.tsx'
import { OperationsTable } from './operations-table.tsx'
import { Sessions } from './sessions.tsx'

interface ProofProps {
  readonly proof: PageProof
  readonly view: View
}

export const ProofView = ({ proof, view }: ProofProps) => (
  <article class="proof">
    <h3>
      <bdi>{proof.title}</bdi> <span class="quiet">found by {proof.checker}</span>
    </h3>
    <p>
      <bdi>{proof.summary}</bdi>
    </p>
    <Drawn proof={proof} view={view} />
    <ProofDetails proof={proof} view={view} />
    <Around texts={proof.around} />
  </article>
)

/** The drawing with its legend. */
export const Drawn = ({ proof, view }: ProofProps) =>
  proof.drawing === undefined ? null : (
    <>
      <div class="scroll">
        <ProofDrawing drawing={proof.drawing} view={view} />
      </div>
      <Legend proof={proof} />
    </>
  )

/** Faults and changes of leader while the operations of a proof ran. */
export const Around = ({ texts }: { readonly texts: readonly string[] }) =>
  texts.length === 0 ? null : (
    <div class="meanwhile">
      <h4>Meanwhile</h4>
      <LineList texts={texts} />
    </div>
  )

/** What proves it, beyond the drawing: the graph of its cycle, its sessions, its operations. */
export const ProofDetails = ({ proof, view }: ProofProps) => (
  <>
    {proof.graph === undefined ? null : <CycleGraph graph={proof.graph} view={view} />}
    {proof.order.length === 0 ? null : (
      <>
        <h4>Why in this order</h4>
        <ol class="reasons-list">
          {proof.order.map((why, at) => (
            <li key={at}>
              <bdi>{why}</bdi>
            </li>
          ))}
        </ol>
      </>
    )}
    <Sessions sessions={proof.sessions} view={view} />
    <h4>The operations</h4>
    <OperationsTable operations={proof.operations} digits={proof.digits} view={view} />
    {proof.more === '' ? null : <p class="quiet">{proof.more}</p>}
    <Elements elements={proof.elements} />
  </>
)

/** What the drawing's signs mean, of those that it has. */
const Legend = ({ proof: { drawing } }: { readonly proof: PageProof }) => (
  <ul class="legend drawing-legend">
    {(['ok', 'fail', 'info'] as const)
      .filter((outcome) => drawing?.bars.some((bar) => bar.outcome === outcome))
      .map((outcome) => (
        <li key={outcome}>
          <Sign outcome={outcome} />
          {outcome}
        </li>
      ))}
    {drawing?.before.length ? <li>┈▸ was over before the other began</li> : null}
    {drawing?.bars.some(({ contradicts }) => contradicts) ? <li>✕ cannot be</li> : null}
    <li>Time runs to the right in its true order; long stretches are drawn shorter.</li>
  </ul>
)

const Elements = ({ elements }: { readonly elements: readonly string[] }) =>
  elements.length < 2 ? null : (
    <details>
      <summary>
        {`${elements.length === 1000 ? 'The first 1,000' : `All ${elements.length}`} elements concerned`}
      </summary>
      <p class="elements">
        <bdi>{elements.join(', ')}</bdi>
      </p>
    </details>
  )
