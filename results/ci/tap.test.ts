/** The TAP stream: a plan, one point a case, and no directive but its own. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { tap } from './tap.ts'
import { anyRecord, oneOfEach, recordOf } from './testing/sample.ts'

describe('TAP', () => {
  test('has a point a case, with a skip for what has no verdict and a block for what failed', () => {
    const rows = tap(oneOfEach()).trimEnd().split('\n')
    expect(rows.slice(0, 2)).toEqual(['TAP version 14', '1..5'])
    expect(rows.filter((row) => /^(not )?ok/.test(row))).toEqual([
      'ok 1 - passes',
      'not ok 2 - violation',
      'not ok 3 - error',
      'ok 4 - unknown # SKIP out of time',
      'ok 5 - not-run # SKIP not run: no time',
    ])
    const [, block] = tap(oneOfEach()).split(/^ {2}(?:---|\.\.\.)$/m)
    expect(parse(block!)).toMatchObject({ severity: 'fail', seed: 4 })
  })

  test('has what is wrong beside the cases as a point that failed', () => {
    expect(tap(recordOf([], { problems: ['shard 2 is missing'] }))).toMatch(/^not ok 1 - shard 2/m)
  })

  test('has as many points as its plan says, whatever the systems said', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const rows = tap(record).trimEnd().split('\n')
        const points = rows.filter((row) => /^(not )?ok /.test(row))
        expect(rows[1]).toBe(`1..${points.length}`)
        expect(points).toHaveLength(record.cases.length + record.problems.length)
        const directives = points.filter((row) => /(?<!\\)#/.test(row))
        const skipped = record.cases.filter(
          ({ result }) => result === 'unknown' || result === 'not-run',
        )
        expect(directives).toHaveLength(skipped.length)
      }),
      { numRuns: 60 },
    )
  })
})
