/** The Markdown page: what stands first, that it stays below GitHub's limit, and that nothing foreign is markup. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { summary } from './summary.ts'
import { anyRecord, anyText, caseOf, ended, oneOfEach, recordOf } from './testing/sample.ts'

const MIB = 1_048_576

describe('the summary', () => {
  test('has the counts first, then the cases that need somebody, worst first, then the others', () => {
    const page = summary(oneOfEach())
    expect(page.split('\n')[0]).toBe(
      '## schism: 1 violation, 1 error, 1 unknown, 1 not run, 1 passed',
    )
    const places = [
      'violation: violation',
      'error: error',
      'unknown: unknown',
      '1 case not run: no time: not-run',
      '| passes |',
    ]
    const found = places.map((text) => page.indexOf(text))
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect(found[0]).toBeGreaterThan(0)
    expect(page).toContain(caseOf().command)
    expect(page).toContain('again in 2 of 3 runs of the same schedule')
  })

  test('keeps below 1 MiB, whatever it leaves out, and says so', () => {
    const cases = Array.from({ length: 20_000 }, (_, nth) =>
      caseOf({ name: `${nth}`, ...(nth === 19_999 ? ended.violation : ended.unknown) }),
    )
    const page = summary(recordOf(cases))
    expect(Buffer.byteLength(page)).toBeLessThan(MIB)
    expect(page.indexOf('violation: 19999')).toBeLessThan(300)
    expect(page).toMatch(/does not fit here: see `ci\.json`/)
  })

  test('keeps within what others have left of the limit', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(5000), (record, bytes) => {
        expect(Buffer.byteLength(summary(record, bytes))).toBeLessThanOrEqual(bytes)
      }),
      { numRuns: 40 },
    )
  })

  test('has foreign text in entities: no markup, no mention, no link', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const page = summary(recordOf([caseOf({ ...ended.unknown, name: text, says: text })]))
        const told = page.split('\n').filter((row) => !row.startsWith('```') && row !== '')
        const [title, sentence] = told.slice(2)
        for (const row of [title!.replace(/^### \S+ unknown: /u, ''), sentence!])
          expect(row.replaceAll(/&#\d+;/g, '')).not.toMatch(/[<>`*_[\]|@~$]|:\/\/|www\./)
      }),
      { numRuns: 200 },
    )
  })

  test('fences what it quotes with more backticks than there are in it', () => {
    const detail = '````\n<b>not bold</b>\n```'
    const page = summary(recordOf([caseOf({ ...ended.violation, detail })]))
    expect(page).toContain(`\`\`\`\`\`text\n${detail}\n\`\`\`\`\``)
  })

  test('tells the cases that were not run together', () => {
    const cases = Array.from({ length: 5000 }, (_, nth) =>
      caseOf({ name: `case ${nth}`, ...ended['not-run'] }),
    )
    const page = summary(recordOf(cases))
    expect(page).toContain('5,000 cases not run: no time: case 0; case 1; ')
    expect(page).toContain('and 4980 more')
    expect(page.length).toBeLessThan(2000)
  })
})
