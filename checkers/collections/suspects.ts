/** What a decision of a collection answers when the history is not linearizable. */

/** Elements and removals that found nothing which together are not linearizable; not yet the fewest. */
export interface Suspects {
  /** Numbers in `Lifetimes`. */
  readonly elements: readonly number[]
  /** Places in `Lifetimes.empties`. */
  readonly empties: readonly number[]
}
