/**
 * What transactions write, as codes of 32 bits that are equal exactly when the values are: small whole
 * numbers are their own codes, other numbers, texts and truth values have the code of the place where they
 * are kept. So whatever judges transactions compares numbers alone.
 */

/** The code of null. */
export const NULL_CODE = -(2 ** 31)
/** Codes from here on are places in `others`; numbers as far from zero are kept there, too. */
const FIRST_PLACE = 2 ** 30

export type Scalar = string | number | boolean | null

/** Whether a value can have a code: lists and objects have none, and no zero has a sign. */
export const isScalar = (value: unknown): value is Scalar =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && !Object.is(value, -0))

export class Elements {
  private readonly places = new Map<Scalar, number>()
  private readonly others: Scalar[] = []

  /** O(1) */
  code(value: Scalar): number {
    if (typeof value === 'number' && (value | 0) === value && value < FIRST_PLACE)
      if (value > -FIRST_PLACE) return value
    return value === null ? NULL_CODE : this.place(value)
  }

  value(code: number): Scalar {
    if (code === NULL_CODE) return null
    return code < FIRST_PLACE ? code : this.others[code - FIRST_PLACE]!
  }

  private place(value: Scalar): number {
    const known = this.places.get(value)
    if (known !== undefined) return known
    const code = FIRST_PLACE + this.others.push(value) - 1
    this.places.set(value, code)
    return code
  }
}
