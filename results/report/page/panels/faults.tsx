/** What was broken, with its evidence. */
import { Table } from '../elements.tsx'
import type { PanelProps } from '../run-data.ts'

export const Faults = ({ data: { page } }: PanelProps) =>
  page.faults.rows.length === 0 ? (
    <p class="quiet">Nothing was broken in this run.</p>
  ) : (
    <Table {...page.faults} />
  )
