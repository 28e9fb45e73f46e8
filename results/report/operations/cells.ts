/**
 * Values and keys as one number each: nothing, null, a whole number, or the number of a text. Numbers stay
 * numbers because almost all values are, and a million texts of them would be most of a report.
 */
import { folded, unfolded } from './bytes.ts'

/** A value or key; equal cells are equal values. */
export type Cell = number
export const NOTHING: Cell = 0
export const NULL: Cell = 1

/** The whole numbers that a cell holds; any other is a text. */
export const NUMBER_MAX = 2 ** 50

export const isNumberCell = (cell: Cell): boolean => cell >= 2 && cell % 2 === 0
export const isTextCell = (cell: Cell): boolean => cell >= 2 && cell % 2 === 1

export const numberCell = (n: number): Cell => 2 + 2 * folded(n)
export const numberOf = (cell: Cell): number => unfolded((cell - 2) / 2)

export const textCell = (id: number): Cell => 3 + 2 * id
export const textIdOf = (cell: Cell): number => (cell - 3) / 2

/** Whether a value is kept as a number. */
export const isCellNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= NUMBER_MAX
