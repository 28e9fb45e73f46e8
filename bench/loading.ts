/**
 * Times loading histories from files: our JSON lines and Jepsen's EDN by the fast scanners, against
 * parsing the same lines with `JSON.parse` and the EDN library. `npm run bench -- loading [OPERATIONS]`
 *
 * Each row runs in a process of its own, so that memory is that of this one file; medians of several.
 */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEDNString } from 'edn-data'
import { readHistory } from '../results/formats/read.ts'
import { median, table } from './table.ts'

const ROUNDS = 3

type Way = 'load' | 'parse'

interface Measured {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly megabytes: number
}

const main = (): void => {
  const [operations = '1000000'] = process.argv.slice(3)
  const folder = mkdtempSync(join(tmpdir(), 'schism-loading-'))
  try {
    const rows = ['jsonl', 'edn'].map((format) => row(folder, format, Number(operations)))
    const headings = [
      'format',
      'operations',
      'MB',
      'load s',
      'cpu s',
      'MB/s',
      'peak MB',
      'parse s',
      'ratio',
    ]
    console.log(table(headings, rows))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const row = (folder: string, format: string, operations: number): (string | number)[] => {
  const path = join(folder, `history.${format}`)
  write(path, operations, format === 'edn' ? ednLine : jsonLine)
  const megabytes = statSync(path).size / 1e6
  const loads = Array.from({ length: ROUNDS }, () => measured('load', path))
  const parsed = measured('parse', path)
  const seconds = median(loads.map((load) => load.seconds))
  return [
    ...[format, operations, Math.round(megabytes), seconds],
    ...[median(loads.map((load) => load.cpuSeconds)), megabytes / seconds],
    ...[Math.round(median(loads.map((load) => load.megabytes))), parsed.seconds],
    `${(parsed.seconds / seconds).toFixed(1)}×`,
  ]
}

/** Runs this file again for one measurement. */
const measured = (way: Way, path: string): Measured =>
  JSON.parse(
    execFileSync(process.execPath, [import.meta.filename, way, path], { encoding: 'utf8' }),
  ) as Measured

const measure = (way: Way, path: string): Measured => {
  const begun = performance.now()
  if (way === 'load') readHistory(path)
  else for (const line of readFileSync(path, 'utf8').split('\n')) parse(path, line)
  const seconds = (performance.now() - begun) / 1000
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return { seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1e3 }
}

/** What a reader without scanners would do with a line at least. */
const parse = (path: string, line: string): unknown => {
  if (line === '') return undefined
  return path.endsWith('edn')
    ? parseEDNString(line, { mapAs: 'object', keywordAs: 'string' })
    : JSON.parse(line)
}

interface Line {
  readonly index: number
  readonly time: number
  readonly type: string
  readonly process: number
  readonly f: string
  readonly key: number
  readonly value: number | null
}

const jsonLine = ({ index, time, type, process, f, key, value }: Line): string =>
  `{"index":${index},"time":${time},"type":"${type}","process":${process},"f":"${f}","key":${key},"value":${value},"node":"n${process % 5}"}\n`

const ednLine = ({ index, time, type, process, f, value }: Line): string =>
  `{:type :${type}, :f :${f}, :value ${value ?? 'nil'}, :process ${process}, :time ${time}, :index ${index}}\n`

/** Reads and writes of unique values on ten keys by twenty clients. */
const write = (path: string, operations: number, lineOf: (line: Line) => string): void => {
  const file = openSync(path, 'w')
  let text = ''
  for (let index = 0; index < operations * 2; index++) {
    const process = (index >> 1) % 20
    const read = (index >> 1) % 2 === 0
    const value = read && index % 2 === 0 ? null : index >> 1
    const type = index % 2 === 0 ? 'invoke' : 'ok'
    const line = { index, time: index * 51_337, type, process, f: read ? 'read' : 'write' }
    text += lineOf({ ...line, key: process % 10, value })
    if (text.length < 1 << 20) continue
    writeSync(file, text)
    text = ''
  }
  writeSync(file, text)
  closeSync(file)
}

const [way, path] = process.argv.slice(2)
if ((way === 'load' || way === 'parse') && path !== undefined)
  console.log(JSON.stringify(measure(way, path)))
else main()
