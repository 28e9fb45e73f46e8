/** Lines of nodes' logs: text as it was printed, with the node and the time of each. */
import './log-lines.css'
import type { LogLine } from '../../node-logs.ts'
import { seconds } from '../../text.ts'

export const LogLines = ({ lines }: { readonly lines: readonly LogLine[] }) => (
  <div class="log scroll">
    {lines.map((one) => (
      <LogRow key={`${one.node} ${one.number}`} {...one} />
    ))}
  </div>
)

export const LogRow = ({ node, at, text }: LogLine) => (
  <div class="log-line">
    <span class="log-time">{at === undefined ? '' : `${seconds(at)} s`}</span>
    <bdi class="log-node">{node}</bdi>
    <bdi class="log-text">{text}</bdi>
  </div>
)
