/** JUnit files: what each result becomes, and that every reader takes them, whatever the tested systems said. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { memoryPages, validateXML } from 'xmllint-wasm'
import { junit, junitLimits } from './junit.ts'
import type { CiRecord } from './record.ts'
import { anyRecord, caseOf, ended, oneOfEach, recordOf } from './testing/sample.ts'

const schema = readFileSync(join(import.meta.dirname, 'testing', 'junit.xsd'), 'utf8')

const errorsOf = async (contents: string): Promise<readonly string[]> => {
  const { errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents }],
    schema: [schema],
    maxMemoryPages: memoryPages.GiB,
  })
  return errors.map(({ message }) => message)
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (name) => name === 'testsuite' || name === 'property',
})

interface Suite {
  readonly '@name': string
  readonly '@failures': string
  readonly properties: { readonly property: readonly { '@name': string; '@value': string }[] }
  readonly testcase: Readonly<
    Record<string, string | { readonly '@message': string; readonly '#text': string }>
  >
}

const suitesOf = (record: CiRecord): readonly Suite[] =>
  parser.parse(junit(record)).testsuites.testsuite

describe('a JUnit file', () => {
  test('fits the schema, which refuses what does not', async () => {
    const document = junit(oneOfEach())
    expect(await errorsOf(document)).toEqual([])
    expect(await errorsOf(document.replace('<failure ', '<defeat '))).not.toEqual([])
    expect(await errorsOf(document.replace('timestamp="2026-11-21T17:05:29"', ''))).not.toEqual([])
  })

  test('has a violation as a failure, what failed around it as an error, and no verdict as skipped', () => {
    const kinds = suitesOf(oneOfEach()).map(({ '@name': name, testcase }) => [
      name,
      ...['failure', 'error', 'skipped'].filter((kind) => kind in testcase),
    ])
    expect(kinds).toEqual([
      ['violation', 'failure'],
      ['error', 'error'],
      ['unknown', 'skipped'],
      ['not-run', 'skipped'],
      ['passes'],
    ])
  })

  test('says with each case what it takes to play it again', () => {
    const [suite] = suitesOf(recordOf([caseOf(ended.violation)]))
    const properties = Object.fromEntries(
      suite!.properties.property.map((one) => [one['@name'], one['@value']]),
    )
    expect(properties).toMatchObject({
      seed: '4',
      command: caseOf().command,
      'image digest': 'sha256:5f70bf18a086',
      again: expect.stringContaining('2 of 3 runs'),
    })
    const failure = suite!.testcase.failure as { '@message': string; '#text': string }
    expect(failure['@message']).toContain('stale value')
    expect(failure['#text']).toContain('time s  process')
  })

  test('has what is wrong beside the cases as one', () => {
    const [suite] = suitesOf(recordOf([], { problems: ['shard 2 of 3 is missing'] }))
    expect(suite!.testcase).toHaveProperty('error')
  })

  test('is well-formed and fits the schema whatever the systems said', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, async (record) => {
        expect(await errorsOf(junit(record))).toEqual([])
      }),
      { numRuns: 12 },
    )
  })

  test('stays below its limit, worst cases first, and says what was left out', () => {
    const detail = '<&"\u0001'.repeat(1000)
    const cases = Array.from({ length: 300 }, (_, nth) =>
      caseOf({ name: `${nth}`, ...(nth < 290 ? ended.unknown : ended.violation), detail }),
    )
    const limits = { bytes: 250_000, cases: 200, detail: 16_384 }
    const document = junit(recordOf(cases), limits)
    expect(Buffer.byteLength(document)).toBeLessThan(limits.bytes)
    expect(document.match(/<failure/g)).toHaveLength(10)
    const left = cases.length - document.match(/<testcase/g)!.length + 1
    expect(document).toContain(`${left} more cases stand in ci.json alone`)
  })

  test('has fewer bytes and objects than GitLab takes', () => {
    const facts = Array.from({ length: 20 }, (_, nth) => [`fact ${nth}`, 'x'])
    const one = recordOf([caseOf({ ...ended.violation, environment: Object.fromEntries(facts) })])
    const objects = junit(one).match(/<\w|="/g)!.length
    expect(objects).toBeGreaterThan(60)
    expect(objects * junitLimits.cases).toBeLessThan(250_000)
    expect(junitLimits.bytes).toBeLessThan(30_000_000)
  })
})
