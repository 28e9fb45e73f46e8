/** The panels of the page in their order. */
import type { Panel } from '../run-data.ts'
import { Timeline } from '../timeline/timeline.tsx'
import { Charts } from './charts.tsx'
import { ElementFates } from './element-fates.tsx'
import { Errors } from './errors.tsx'
import { Facts } from './facts.tsx'
import { Faults } from './faults.tsx'
import { Kinds } from './kinds.tsx'
import { Logs } from './logs.tsx'
import { Proofs } from './proofs.tsx'
import { Verdict } from './verdict.tsx'

export const panels: readonly Panel[] = [
  { id: 'verdict', Panel: Verdict },
  { id: 'proof', title: 'Proof', Panel: Proofs, shows: ({ page }) => page.proofs.length > 0 },
  { id: 'timeline', title: 'Timeline', Panel: Timeline },
  { id: 'logs', title: 'Node logs', Panel: Logs, shows: ({ page }) => page.logs.length > 0 },
  { id: 'charts', title: 'The run over time', Panel: Charts },
  {
    id: 'fates',
    title: 'The elements',
    Panel: ElementFates,
    shows: ({ page }) => page.fates !== undefined,
  },
  { id: 'errors', title: 'Errors', Panel: Errors },
  { id: 'faults', title: 'Faults', Panel: Faults },
  { id: 'operations', title: 'Operations', Panel: Kinds },
  { id: 'facts', title: 'The run', Panel: Facts },
]
