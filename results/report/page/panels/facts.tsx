/** What the run was, and the checkers' numbers, folded away: there are many and few people need them. */
import { FactList } from '../elements.tsx'
import type { PanelProps } from '../run-data.ts'

export const Facts = ({ data: { page } }: PanelProps) => (
  <>
    <FactList class="facts" facts={page.facts} />
    {page.stats.length === 0 ? null : (
      <details>
        <summary>What the checkers counted</summary>
        <FactList class="facts" facts={page.stats} />
      </details>
    )}
  </>
)
