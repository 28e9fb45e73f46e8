/** Legends of charts of lines. */
import { LINES } from './lines.ts'

/** The names of lines in their order, each beside its dash. */
export const LineLegend = ({ names }: { readonly names: readonly string[] }) => (
  <ul class="legend">
    {names.map((name, at) => (
      <li key={name}>
        <span class={`stroke line-${at % LINES.length}`} />
        <bdi>{name}</bdi>
      </li>
    ))}
  </ul>
)
