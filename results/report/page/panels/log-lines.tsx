/** Lines of nodes' logs: text as it was printed, with the node and the time of each. */
import './log-lines.css'
import type { LogLine } from '../../log-excerpt.ts'
import { seconds } from '../../text.ts'

export const LogLines = ({ lines }: { readonly lines: readonly LogLine[] }) => (
  <div class="log scroll">
    {lines.map((one) => (
      <LogRow key={`${one.node} ${one.number}`} {...one} />
    ))}
  </div>
)

interface RowProps extends LogLine {
  /** Shows the moment of the line. */
  readonly look?: (at: number) => void
}

export const LogRow = ({ node, at, text, trouble, look }: RowProps) => (
  <div class={trouble ? 'log-line trouble' : 'log-line'}>
    {at === undefined || look === undefined ? (
      <span class="log-time">{at === undefined ? '' : `${seconds(at)} s`}</span>
    ) : (
      <button type="button" class="log-time" title="Show this moment" onClick={() => look(at)}>
        {`${seconds(at)} s`}
      </button>
    )}
    <bdi class="log-node">{node}</bdi>
    <bdi class="log-text">
      {trouble ? <strong title="sounds like trouble">! </strong> : null}
      {text}
    </bdi>
  </div>
)
