/** The page around its panels: one section for each that has something to show. */
import type { PageData } from '../page-data.ts'
import { panels } from './panels/index.ts'
import type { RunData } from './run-data.ts'
import type { View } from './view-state.ts'

export const Shell = ({ page, view }: { readonly page: PageData; readonly view: View }) => {
  const data: RunData = { page, operations: undefined, loading: { state: 'whole' } }
  return (
    <main>
      {panels.map(({ id, title, Panel, shows }) =>
        shows === undefined || shows(data) ? (
          <section id={id} key={id}>
            {title === undefined ? null : <h2>{title}</h2>}
            <Panel data={data} view={view} />
          </section>
        ) : null,
      )}
    </main>
  )
}
