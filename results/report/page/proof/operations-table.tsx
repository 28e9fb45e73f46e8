/** Operations of a proof in a table, each of which can be shown on the timeline. */
import type { ProofOperation } from '../../proof.ts'
import { duration, seconds } from '../../text.ts'
import { Heads, Sign } from '../elements.tsx'
import type { View } from '../view-state.ts'
import { OperationButton } from './reveal.tsx'

interface TableProps {
  readonly operations: readonly ProofOperation[]
  /** Decimal places of seconds. */
  readonly digits: number
  readonly view: View
  /** One more column: its name, and what it says of an operation. */
  readonly extra?: { readonly name: string; of(operation: ProofOperation): string }
  /** The class of an operation's row. */
  readonly rowClass?: (operation: ProofOperation) => string
}

export const OperationsTable = ({ operations, digits, view, extra, rowClass }: TableProps) => {
  const some = (text: (operation: ProofOperation) => string) =>
    operations.some((operation) => text(operation) !== '')
  const keyed = some(({ key }) => key)
  const placed = some(({ node }) => node)
  return (
    <div class="scroll">
      <table>
        <Heads
          names={[
            ...['operation', 'time s', 'process', 'f', ...(keyed ? ['key'] : []), 'value'],
            ...['outcome', ...(extra === undefined ? [] : [extra.name])],
            ...(placed ? ['node', 'took'] : ['took']),
          ]}
        />
        <tbody>
          {operations.map((operation) => (
            <tr key={operation.index} class={rowClass?.(operation) ?? ''}>
              <td>
                <OperationButton view={view} {...operation} />
              </td>
              <td>{seconds(operation.fromNs, digits)}</td>
              <td>{operation.process}</td>
              <Cell name="f" text={operation.f} />
              {keyed ? <Cell name="key" text={operation.key} /> : null}
              <Cell name="value" text={operation.value} />
              <td class="column-outcome">
                <Sign outcome={operation.outcome} />
                <bdi>
                  {operation.error === ''
                    ? operation.outcome
                    : `${operation.outcome}: ${operation.error}`}
                </bdi>
              </td>
              {extra === undefined ? null : <Cell name="value" text={extra.of(operation)} />}
              {placed ? <Cell name="node" text={operation.node} /> : null}
              <td>
                {operation.toNs === undefined
                  ? 'never'
                  : duration((operation.toNs - operation.fromNs) / 1e6)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Cell = ({ name, text }: { readonly name: string; readonly text: string }) => (
  <td class={`column-${name}`}>
    <bdi>{text}</bdi>
  </td>
)
