/** A matrix from its first case to the record of all, on threads that are ended whatever happens. */
import { availableParallelism, hostname } from 'node:os'
import { join } from 'node:path'
import { type CaseRecord, type CiRecord, ciFiles, countsOf } from '../../results/ci/record.ts'
import { wallTime } from '../clock.ts'
import { exitCodes } from '../errors.ts'
import { Progress } from '../progress.ts'
import { version } from '../version.ts'
import { Allowance } from './allowance.ts'
import type { Case } from './case.ts'
import type { CiConfig } from './config.ts'
import { Events } from './events.ts'
import { Players } from './players.ts'
import { runCases } from './runner.ts'
import type { Shard } from './shard.ts'
import { exitOf } from './verdict.ts'

export interface Matrix {
  /** The configuration's file, and what it says. */
  readonly source: string
  readonly config: CiConfig
  /** What is played here. */
  readonly cases: readonly Case[]
  /** How many cases all shards have together. */
  readonly matrix: number
  readonly shard?: Shard
  /** Where the record will be. */
  readonly folder: string
  /** For whoever watches, and for each line of what happens. */
  readonly quiet: 'quiet' | 'loud'
  readonly print: (line: string) => void
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal
}

/** What a check may use. */
const BUDGET = { budgetMs: 60_000, memoryBytes: 2 ** 31 }

export const playMatrix = async (options: Matrix): Promise<CiRecord> => {
  const { source, config, cases, matrix, shard, folder, signal } = options
  const startedAt = wallTime().toISOString()
  const allowance = new Allowance(config.budget)
  const players = new Players(AbortSignal.any([signal, allowance.end]))
  const progress = new Progress(options.quiet)
  const events = new Events(folder, () => allowance.tookMs(), progress, options.print)
  const part = shard === undefined ? {} : { shard }
  events.tell({ event: 'begin', cases: cases.length, matrix, ...part })
  try {
    const records = await runCases({
      ...{ cases, config, allowance, signal, folder, budget: BUDGET },
      jobs: { sim: config.jobs ?? availableParallelism(), docker: config.jobs ?? 1 },
      play: players.play,
      store: join(folder, ciFiles.runs),
      tell: events.tell,
    })
    const code = codeOf(records, options)
    events.tell({ event: 'end', code, counts: countsOf(records) })
    const problems = [
      ...(matrix === 0 ? ['there is not one case: nothing was tested'] : []),
      ...(events.failure === undefined ? [] : [events.failure]),
    ]
    return {
      version: 1,
      schism: version,
      startedAt,
      tookMs: Math.round(allowance.tookMs()),
      host: hostname(),
      config: source,
      ...part,
      matrix,
      ...(config.budget === undefined ? {} : { budgetMs: config.budget }),
      problems,
      code: events.failure === undefined ? code : exitOf(code, exitCodes.environment),
      cases: [...records],
    }
  } finally {
    allowance.close()
    await players.end()
  }
}

/** A matrix of nothing, or of which nothing was run, has shown nothing. A part of one may be empty. */
const codeOf = (records: readonly CaseRecord[], { matrix, signal }: Matrix): number => {
  const isVain = records.every(({ result }) => result === 'not-run')
  return exitOf(
    ...records.map(({ code }) => code),
    matrix === 0 || (isVain && records.length > 0) ? exitCodes.unknown : exitCodes.valid,
    signal.aborted ? exitCodes.interrupted : exitCodes.valid,
  )
}
