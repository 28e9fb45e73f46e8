/** Ways from a proof to the history: an operation that is clicked becomes the page's selection, and is in view. */
import type { View } from '../view-state.ts'

interface Where {
  readonly index: number
  readonly fromNs: number
  /** Undefined: it never completed. */
  readonly toNs?: number | undefined
}

/** Selects an operation and moves the window to it, when it is not in view. */
export const reveal = (view: View, { index, fromNs, toNs = fromNs }: Where): void => {
  view.select(index)
  const { from, to } = view.state.window
  if (fromNs >= from && toNs <= to) return
  const margin = Math.max((to - from) / 2, (toNs - fromNs) / 2)
  view.look({ from: fromNs - margin, to: toNs + margin })
}

/** The `index` of an operation as a button that reveals it. */
export const OperationButton = ({ view, ...where }: Where & { readonly view: View }) => (
  <button
    type="button"
    class="operation"
    title="Show this operation on the timeline"
    onClick={() => reveal(view, where)}
  >
    {`#${where.index}`}
  </button>
)
