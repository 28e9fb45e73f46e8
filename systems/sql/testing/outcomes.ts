/** For tests only: which errors prove that a statement changed nothing, and which may come after a commit. */
import { describe, expect, it } from 'vitest'
import { DefiniteError, Refused } from '../../../harness/api.ts'

interface Table {
  readonly database: string
  readonly settled: (error: unknown) => unknown
  readonly definite: readonly Error[]
  readonly indefinite: readonly Error[]
  /** What stands in the table, by itself. */
  readonly code: string | number
}

export const itTellsOutcomes = ({ database, settled, definite, indefinite, code }: Table): void => {
  describe(`an error of ${database} is definite`, () => {
    it.each(definite)('when the statement was rolled back or never sent: $message', (error) => {
      const result = settled(error)
      expect(result).toBeInstanceOf(DefiniteError)
      expect((result as Error).message).toContain(error.message)
    })

    it('when it is one already, and keeps what it saw', () => {
      const refused = new Refused([1, 2, 3])
      expect(settled(refused)).toBe(refused)
    })
  })

  describe(`an error of ${database} is indefinite`, () => {
    it.each(indefinite)('when the statement may have been committed: $message', (error) => {
      expect(settled(error)).toBe(error)
    })

    it('when it is no error at all', () => {
      expect(settled(code)).toBe(code)
    })
  })
}
