/**
 * JUnit XML, as Jenkins, GitLab and Ant read it: a violation is a failure, what failed in the harness or the
 * machine is an error, and what has no verdict was skipped. Each case is a suite of its own, because only
 * suites have properties in all dialects. Texts come from tested systems: characters that XML has not are
 * replaced, and the whole stays below what the smallest reader takes.
 */
import { XMLBuilder } from 'fast-xml-parser'
import { line } from '../report/text.ts'
import { type CaseRecord, type CiRecord, worstFirst } from './record.ts'
import { againInWords, cutTo } from './words.ts'

/** GitLab refuses files of 30 MB and documents of 250,000 objects, of which a case has about a hundred. */
export const junitLimits = { bytes: 25_000_000, cases: 2000, detail: 16_384 }

/** The document. What does not fit is left out: details first, then the cases that matter least, which is said. */
export const junit = (record: CiRecord, { bytes, ...limits } = junitLimits): string => {
  let cases = Math.min(limits.cases, record.cases.length)
  let detail = Math.min(limits.detail, Math.floor(bytes / (cases + 1) / ESCAPED))
  let document = documentOf(record, cases, detail)
  while (Buffer.byteLength(document) > bytes && cases > 0) {
    if (detail > SHORTEST) detail = SHORTEST
    else cases = Math.floor(cases / 2)
    document = documentOf(record, cases, detail)
  }
  return document
}

/** A character may take so many bytes when it is escaped. */
const ESCAPED = 6
const SHORTEST = 256

/** With at most so many cases, and so many bytes of detail each. */
const documentOf = (record: CiRecord, cases: number, detail: number): string => {
  const told = worstFirst(record.cases).slice(0, cases)
  const left = record.cases.length - told.length
  const problems = [
    ...record.problems,
    ...(left > 0 ? [`${left} more cases stand in ci.json alone`] : []),
  ]
  const suites = [
    ...problems.map((problem) => suiteOf(record, problemOf(problem))),
    ...told.map((one) => suiteOf(record, caseOf(one, detail))),
  ]
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: { testsuite: suites.map((suite, id) => ({ '@id': id, ...suite })) },
  })
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: true,
  suppressEmptyNode: true,
})

/** A suite with its only case. */
interface Suite {
  readonly name: string
  readonly classname: string
  readonly tookMs: number
  readonly properties: Readonly<Record<string, string>>
  /** What stands in it where it has not passed. */
  readonly ended?: Ended
}

interface Ended {
  readonly kind: 'failure' | 'error' | 'skipped'
  readonly type: string
  readonly message: string
  readonly text: string
}

const suiteOf = (
  record: CiRecord,
  { name, classname, tookMs, properties, ended }: Suite,
): object => {
  const time = (tookMs / 1000).toFixed(3)
  const count = (kind: Ended['kind']): number => (ended?.kind === kind ? 1 : 0)
  return {
    '@name': nameOf(name),
    '@package': 'schism',
    '@timestamp': record.startedAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length),
    '@hostname': inLine(record.host).trim() || 'localhost',
    '@tests': 1,
    '@failures': count('failure'),
    '@errors': count('error'),
    '@skipped': count('skipped'),
    '@time': time,
    properties: {
      property: Object.entries(properties).map(([key, value]) => ({
        '@name': nameOf(key),
        '@value': inLine(value),
      })),
    },
    testcase: {
      '@name': nameOf(name),
      '@classname': nameOf(classname),
      '@time': time,
      ...(ended === undefined ? {} : { [ended.kind]: contentOf(ended) }),
    },
    'system-out': '',
    'system-err': '',
  }
}

const contentOf = ({ type, message, text }: Ended): object => ({
  '@type': inLine(type),
  '@message': inLine(message),
  '#text': xmlText(text),
})

const caseOf = (one: CaseRecord, room: number): Suite => {
  const ended = endOf(one, room)
  return {
    name: one.name,
    classname: `${one.system}.${one.workload}`,
    tookMs: one.tookMs,
    properties: propertiesOf(one),
    ...(ended === undefined ? {} : { ended }),
  }
}

/** What is wrong beside the cases, as a case that failed: readers of JUnit see cases alone. */
const problemOf = (problem: string): Suite => ({
  name: problem,
  classname: 'schism.ci',
  tookMs: 0,
  properties: {},
  ended: { kind: 'error', type: 'ci', message: problem, text: problem },
})

const endOf = (one: CaseRecord, room: number): Ended | undefined => {
  const { result, outcome, says, expected, command, detail = '' } = one
  if (result === 'passed') return undefined
  const kind = result === 'violation' ? 'failure' : result === 'error' ? 'error' : 'skipped'
  const again = againInWords(one)
  const message = [says, expected ?? '', again].filter((part) => part !== '').join('; ')
  const text = [
    says,
    again,
    ...one.retried.map((why) => `tried again: ${why}`),
    `to play it again: ${command}`,
  ]
  const whole = [...text, '', detail].filter((part, at) => part !== '' || at > 0).join('\n')
  return { kind, type: outcome, message, text: cutTo(whole, room) }
}

/** What it takes to play it again, and on what it was played. */
const propertiesOf = (one: CaseRecord): Readonly<Record<string, string>> => ({
  seed: String(one.seed),
  command: one.command,
  cluster: one.cluster,
  place: one.place,
  ...(one.run === undefined ? {} : { run: one.run }),
  ...(one.again === undefined ? {} : { again: againInWords(one) }),
  ...one.environment,
})

/** Names must not be empty, not even when they are trimmed. */
const nameOf = (text: string): string => inLine(text).trim() || 'unnamed'

const inLine = (text: string): string => line(text, TEXT)

/** Characters of what stands in an attribute. */
const TEXT = 1000

/** Everything but the characters of XML 1.0. */
const FOREIGN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

const xmlText = (text: string): string => text.replace(FOREIGN, '\u{fffd}')
