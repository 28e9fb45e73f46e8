/** What the run was: its settings, the plan of its faults, the environment; and what the checkers counted. */
import './facts.css'
import { FactList, LineList, Table } from '../elements.tsx'
import type { PanelProps } from '../run-data.ts'

export const Facts = ({ data: { page } }: PanelProps) => (
  <>
    <FactList class="facts" facts={page.settings} />
    {page.plan === undefined ? null : (
      <div id="plan">
        <h3>The plan of its faults</h3>
        {page.plan.template === undefined ? null : (
          <p>
            Made by the template <bdi>{page.plan.template}</bdi>.
          </p>
        )}
        {page.plan.episodes.rows.length === 0 ? (
          <p class="quiet">No faults were planned.</p>
        ) : (
          <Table {...page.plan.episodes} />
        )}
        <LineList texts={page.plan.more} />
      </div>
    )}
    {page.environment.length === 0 ? null : (
      <div id="environment">
        <h3>The environment</h3>
        <FactList class="facts" facts={page.environment} />
      </div>
    )}
    {page.stats.length === 0 ? null : (
      <details>
        <summary>What the checkers counted</summary>
        <FactList class="facts" facts={page.stats} />
      </details>
    )}
  </>
)
