/** What the page and its worker say to each other. */
import type { OperationData } from '../../operations/operations.ts'

export type ToWorker =
  /** Decode these blocks (gzip in base64). */
  | { readonly kind: 'decode'; readonly blocks: readonly string[] }
  /** Which texts have this in them? */
  | { readonly kind: 'search'; readonly id: number; readonly query: string }

export type FromWorker =
  | { readonly kind: 'progress'; readonly done: number; readonly of: number }
  /** All that could be read; `damage` says why it is not everything. */
  | { readonly kind: 'decoded'; readonly data: OperationData; readonly damage?: string }
  /** A 1 for every text that has it. */
  | { readonly kind: 'found'; readonly id: number; readonly texts: Uint8Array<ArrayBuffer> }
