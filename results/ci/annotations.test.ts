/** GitHub's workflow commands: one a line, within the limits, and nothing that a system said is one of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { annotationLimits, annotations } from './annotations.ts'
import { anyRecord, caseOf, ended, oneOfEach, recordOf } from './testing/sample.ts'

const shape = /^::(error|warning) title=([^:,\r\n]*)::([^\r\n]*)$/u

describe('annotations', () => {
  test('are errors for violations and failures, and warnings for what has no verdict', () => {
    const lines = annotations(oneOfEach())
    expect(lines.map((line) => shape.exec(line)?.slice(1, 3))).toEqual([
      ['error', 'violation%3A violation'],
      ['error', 'error%3A error'],
      ['warning', 'not run'],
      ['warning', 'unknown%3A unknown'],
    ])
    expect(lines[0]).toContain('stale value')
  })

  test('are ten of a kind at most, the last of which counts the others', () => {
    const cases = Array.from({ length: 25 }, (_, nth) => [
      caseOf({ name: `v${nth}`, ...ended.violation }),
      caseOf({ name: `u${nth}`, ...ended.unknown }),
    ])
    const lines = annotations(recordOf(cases.flat()))
    expect(lines.filter((line) => line.startsWith('::error'))).toHaveLength(10)
    expect(lines.filter((line) => line.startsWith('::warning'))).toHaveLength(10)
    expect(lines[9]).toBe('::error title=schism::16 more stand in the job summary and in ci.json')
  })

  test('are none where everything passed', () => {
    expect(annotations(recordOf([caseOf()]))).toEqual([])
  })

  test('are one command a line within the limits, whatever the systems said', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        for (const line of annotations(record)) {
          const [, , title, message] = shape.exec(line) ?? []
          expect(message).toBeDefined()
          expect(
            decodeURIComponent(title!.replaceAll(/%(?!0A|0D|25|3A|2C)/g, '%25')).length,
          ).toBeLessThanOrEqual(255)
          expect(Buffer.byteLength(message!)).toBeLessThanOrEqual(4 * annotationLimits.message)
        }
      }),
      { numRuns: 100 },
    )
  })
})
