/**
 * THE SEAM of the page: what every panel is given, and where it is registered.
 *
 * - A panel is a Preact component of `PanelProps`, in `panels/` (its parts in `charts/`, `proof/`), and one
 *   entry of the list in `panels/index.ts`: its place on the page, its title, and when it has something to
 *   show. Nothing else needs an edit.
 * - `data.page` is the small part, `PageData` (../page-data.ts): there from the start, bounded, texts ready
 *   to read. What another panel needs of it is gathered in a file of its own beside page-data.ts and gets
 *   one field of `PageData`. `data.operations` is the whole history in columns (../operations/operations.ts):
 *   undefined until the worker has decoded it, and never changed then.
 * - `view` (view-state.ts) is the state that panels share: the window of time in ns, the selected operation,
 *   the filter. It is one object for the page's life: read it with `useView(view, (state) => …)`, which draws
 *   the panel again only when that part changes (a pan changes `window` at every frame: keep what hears of
 *   it small, or draw on a canvas in an effect). `view.look`, `view.select`, `view.narrow` change it; the
 *   address follows by itself: `#op=123&from=1.5&to=2.25&key=…`, times in s.
 * - More bulky data than a JSON of some 100 kB (logs): give `htmlReport` an attachment (../attachments.ts), and read
 *   it by name with `attachment(name)` of data/attachments.ts, which inflates it when it is first asked for.
 * - Whatever a tested system said is text: JSX children, never `dangerouslySetInnerHTML`; inside `<bdi>`
 *   where it stands in a line; through `line` or `shown` of ../text.ts where it was not on its way here
 *   (texts of `data.page` were, texts of `data.operations` are not).
 * - Colours and shapes of outcomes: `Sign` and `OUTCOMES` of elements.tsx, `colour(name)` of canvas.ts for
 *   canvases (the names of style.css). Style goes into a .css file that the panel imports; attributes that
 *   hold style are forbidden by the page's policy, the `style` property that Preact sets is not.
 * - Plain modules of ../ (text.ts, series.ts …) may be imported: they are bundled. Nothing of node:.
 */
import type { ComponentType } from 'preact'
import type { Operations } from '../operations/operations.ts'
import type { PageData } from '../page-data.ts'
import type { View } from './view-state.ts'

export interface RunData {
  readonly page: PageData
  /** The whole history, as far as it is decoded. */
  readonly operations: Operations | undefined
  /** How far decoding is: `whole` when everything is there. */
  readonly loading: Loading
  /** Searches the texts of `operations`: a 1 for every one that has the query in it, whatever its case. */
  search(query: string): Promise<Uint8Array>
}

export type Loading =
  | { readonly state: 'reading'; readonly done: number; readonly of: number }
  | { readonly state: 'whole' }
  /** Some of it cannot be read: what is missing, in words. */
  | { readonly state: 'damaged'; readonly missing: string }

export interface PanelProps {
  readonly data: RunData
  readonly view: View
}

export interface Panel {
  /** The section's id, which links and tests use. */
  readonly id: string
  /** Its heading; absent: the panel has its own. */
  readonly title?: string
  readonly Panel: ComponentType<PanelProps>
  /** Whether it has something to show; absent: always. */
  shows?(data: RunData): boolean
}
