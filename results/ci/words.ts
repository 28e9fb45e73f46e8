/** What the reports of a CI run have in common: counts in words, and text cut to what a place can take. */
import { counted } from '../report/text.ts'
import { type CaseRecord, type CiRecord, countsOf } from './record.ts'

/** `1 violation, 2 errors, 40 passed`: what there is none of is left out, but for what passed. */
export const countsInWords = (cases: readonly CaseRecord[]): string => {
  const counts = countsOf(cases)
  const parts = [
    counts.violation > 0 ? counted(counts.violation, 'violation') : '',
    counts.error > 0 ? counted(counts.error, 'error') : '',
    counts.unknown > 0 ? `${counts.unknown} unknown` : '',
    counts['not-run'] > 0 ? `${counts['not-run']} not run` : '',
    `${counts.passed} passed`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** `shard 2 of 3`; empty where there is one. */
export const shardInWords = ({ shard }: CiRecord): string =>
  shard === undefined ? '' : `shard ${shard.index} of ${shard.of}`

/** What was found when the same schedule was played again; empty where it was not. */
export const againInWords = ({ again }: CaseRecord): string => {
  if (again === undefined || again.runs === 0) return ''
  const [low, high] = again.interval.map((share) => `${Math.round(100 * share)} %`)
  return `again in ${again.violations} of ${again.runs} runs of the same schedule (95 % interval: ${low} to ${high})`
}

/** Text of at most so many bytes of UTF-8; says that it was cut. */
export const cutTo = (text: string, bytes: number): string => {
  const all = Buffer.from(text)
  if (all.length <= bytes) return text
  const mark = Buffer.byteLength('…') > bytes ? '' : '…'
  let end = bytes - Buffer.byteLength(mark)
  // Never within a character: bytes that go on begin with the bits 10.
  while (end > 0 && (all[end]! & 0xc0) === 0x80) end--
  return all.subarray(0, end).toString() + mark
}

/** Cases that were not run, told together by why: there may be thousands. */
export const leftOutInWords = (cases: readonly CaseRecord[]): readonly string[] => {
  const names = new Map<string, string[]>()
  for (const { result, says, name } of cases) {
    if (result !== 'not-run') continue
    const some = names.get(says) ?? []
    some.push(name)
    names.set(says, some)
  }
  return [...names].map(([says, some]) => {
    const more = some.length > NAMED ? ` and ${some.length - NAMED} more` : ''
    return `${counted(some.length, 'case')} ${says}: ${some.slice(0, NAMED).join('; ')}${more}`
  })
}

/** So many cases are named one by one. */
const NAMED = 20
