/** What encode.ts and decode.ts agree on: the columns of a block in their order, and the tags of values. */
export const BLOCK_COLUMNS = [
  'index',
  'completion',
  'from',
  'took',
  'outcome',
  'process',
  'f',
  'node',
  'error',
  'keyTag',
  'keyNumber',
  'keyText',
  'askedTag',
  'askedNumber',
  'askedText',
  'answeredTag',
  'answeredNumber',
  'answeredText',
  'lengths',
] as const
export type BlockColumn = (typeof BLOCK_COLUMNS)[number]

/** What a value is; its number or text stands in another column. `same`: what the invocation had. */
export const TAG = { nothing: 0, null: 1, number: 2, text: 3, same: 4 } as const
