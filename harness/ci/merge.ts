/**
 * Puts the records of shards together into one. A shard that is missing is an error: its machine may have died, and
 * what it would have found is not known.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { type CaseRecord, type CiRecord, ciFiles, readCiRecord } from '../../results/ci/record.ts'
import { exitCodes, UsageError } from '../errors.ts'
import { exitOf } from './verdict.ts'

/** A record and the folder that it lies in. */
export interface StoredCi {
  readonly folder: string
  readonly record: CiRecord
}

/** The records of the folders given, or of the folders in them. @throws UsageError, StoreError */
export const readAll = (folders: readonly string[]): readonly StoredCi[] =>
  folders.flatMap((folder) => {
    const found = [folder, ...childrenOf(folder)].filter((one) =>
      existsSync(join(one, ciFiles.record)),
    )
    if (found.length === 0)
      throw new UsageError(`${folder}: no ${ciFiles.record} there, nor in a folder of it`)
    return found.map((one) => ({ folder: one, record: readCiRecord(join(one, ciFiles.record)) }))
  })

const childrenOf = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(folder, name))
        .toSorted()
    : []

/** One record of all. @param folder where it will lie. */
export const merged = (all: readonly StoredCi[], folder: string): CiRecord => {
  const records = all.map(({ record }) => record)
  const [first] = records
  if (first === undefined) throw new UsageError('nothing to merge')
  const cases = withoutTwins(all.flatMap((stored) => casesOf(stored, folder)))
  const problems = [...records.flatMap((record) => record.problems), ...missingOf(records)]
  const matrix = Math.max(...records.map((record) => record.matrix))
  return {
    version: 1,
    schism: first.schism,
    startedAt: records.map(({ startedAt }) => startedAt).toSorted()[0]!,
    tookMs: Math.max(...records.map(({ tookMs }) => tookMs)),
    host: [...new Set(records.map(({ host }) => host))].join(' '),
    config: [...new Set(records.map(({ config }) => config))].join(' '),
    matrix,
    ...(first.budgetMs === undefined ? {} : { budgetMs: first.budgetMs }),
    problems,
    code: exitOf(
      ...cases.map(({ code }) => code),
      ...records.map(({ code }) => code),
      problems.length > 0 ? exitCodes.environment : exitCodes.valid,
    ),
    cases: [...cases],
  }
}

/** With their runs as seen from another folder. */
const casesOf = ({ folder: from, record }: StoredCi, folder: string): readonly CaseRecord[] =>
  record.cases.map((one) =>
    one.run === undefined ? one : { ...one, run: relative(folder, resolve(from, one.run)) },
  )

/** A case that is there twice, for a shard was run twice: both count, under names that differ. */
const withoutTwins = (cases: readonly CaseRecord[]): readonly CaseRecord[] => {
  const times = new Map<string, number>()
  return cases.map((one) => {
    const nth = (times.get(one.name) ?? 0) + 1
    times.set(one.name, nth)
    return nth === 1 ? one : { ...one, name: `${one.name} (${nth})` }
  })
}

/** What of a matrix was not there: by its configuration, for several may be merged. */
const missingOf = (records: readonly CiRecord[]): readonly string[] =>
  [...new Set(records.map(({ config }) => config))].flatMap((config) => {
    const parts = records.filter((record) => record.config === config)
    const of = Math.max(...parts.map(({ shard }) => shard?.of ?? 1))
    if (of === 1) return []
    const there = new Set(parts.map(({ shard }) => shard?.index))
    const gone = Array.from({ length: of }, (_, nth) => nth + 1).filter((nth) => !there.has(nth))
    return gone.map(
      (nth) => `${config}: shard ${nth} of ${of} is missing: what it found is not known`,
    )
  })
