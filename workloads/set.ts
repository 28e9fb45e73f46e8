/** A grow-only set of whole numbers. */
export type SetCall =
  | { readonly f: 'add'; readonly value: number }
  /** Invoked with null; completes with all elements. */
  | { readonly f: 'read'; readonly value: readonly number[] | null }
