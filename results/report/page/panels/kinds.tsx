/** What became of the operations, kind by kind. */
import { Table } from '../elements.tsx'
import type { PanelProps } from '../run-data.ts'

export const Kinds = ({ data: { page } }: PanelProps) => <Table {...page.kinds} />
