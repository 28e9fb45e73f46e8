/**
 * Runs cases: in their order, a few at a time, as long as there is time. What the environment failed is tried again.
 * A violation never is, for a second run that keeps its promise takes nothing back: its schedule is played again a
 * few times instead, which tells how often it breaks one.
 */
import type { CaseRecord } from '../../results/ci/record.ts'
import { shareOf } from '../cli/share.ts'
import { monotonicMs } from '../clock.ts'
import { exitCodes } from '../errors.ts'
import type { TestRequest } from '../plan.ts'
import type { Allowance } from './allowance.ts'
import { makeSmall } from './artifacts.ts'
import type { Case } from './case.ts'
import type { CiConfig } from './config.ts'
import type { CiEvent } from './events.ts'
import type { Job, Played } from './play.ts'
import type { Play } from './players.ts'
import { type Ended, notRun, recordOf } from './verdict.ts'

export interface Running {
  readonly cases: readonly Case[]
  readonly config: Pick<CiConfig, 'retries' | 'again' | 'unfinished'>
  /** Cases at a time. */
  readonly jobs: Readonly<Record<Case['cluster'], number>>
  readonly allowance: Allowance
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal
  readonly play: Play
  /** Where the record will be, and the folder that holds all runs. */
  readonly folder: string
  readonly store: string
  readonly budget: Job['budget']
  readonly tell: (event: CiEvent) => void
}

/** One record a case, in their order. */
export const runCases = async (running: Running): Promise<readonly CaseRecord[]> => {
  const records = new Map<Case, CaseRecord>()
  for (const batch of batchesOf(running.cases)) {
    let next = 0
    const work = async (): Promise<void> => {
      for (let one = batch[next++]; one !== undefined; one = batch[next++])
        records.set(one, await new Attempts(one, running).run())
    }
    const jobs = running.jobs[batch[0]!.cluster]
    await Promise.all(Array.from({ length: Math.min(jobs, batch.length) }, work))
  }
  return running.cases.map((one) => records.get(one)!)
}

/** Neighbours of one kind of cluster: simulations beside containers would take their processors. */
const batchesOf = (cases: readonly Case[]): readonly (readonly Case[])[] => {
  const batches: Case[][] = []
  for (const one of cases) {
    const last = batches.at(-1)
    if (last?.[0]?.cluster === one.cluster) last.push(one)
    else batches.push([one])
  }
  return batches
}

/** One case, as often as it has to be played. */
class Attempts {
  private readonly begun = monotonicMs()
  private readonly retried: string[] = []

  constructor(
    private readonly one: Case,
    private readonly running: Running,
  ) {}

  async run(): Promise<CaseRecord> {
    const { running } = this
    const refusal = this.refusal()
    const record = refusal ?? (await this.played())
    running.tell({ event: 'case-end', case: record })
    return record
  }

  /** Why it is not begun. */
  private refusal(): CaseRecord | undefined {
    const { signal, allowance } = this.running
    if (signal.aborted) return notRun(this.one, 'not run: interrupted', exitCodes.interrupted)
    return allowance.fits(this.one) ? undefined : this.leftOut('not run: it does not fit')
  }

  private leftOut(says: string): CaseRecord {
    const { config, allowance } = this.running
    const code = config.unfinished === 'pass' ? exitCodes.valid : exitCodes.unknown
    return notRun(
      this.one,
      `${says} into the budget of ${(allowance.budgetMs ?? 0) / 1000} s`,
      code,
    )
  }

  private async played(): Promise<CaseRecord> {
    const { one, running } = this
    const { allowance, tell, folder } = running
    tell({ event: 'case-begin', name: one.name, cluster: one.cluster, command: one.command })
    const answer = await this.untilItRuns()
    allowance.learn(one, monotonicMs() - this.begun)
    const record = recordOf(one, this.ended(answer), folder)
    if (record.result === 'unknown' && allowance.end.aborted && !running.signal.aborted)
      return { ...this.leftOut('stopped: it did not fit'), tookMs: record.tookMs }
    if (record.code !== exitCodes.violation || answer.kind !== 'played') return record
    const again = await this.again(answer)
    return again.runs === 0 ? record : recordOf(one, { ...this.ended(answer), again }, folder)
  }

  private ended(answer: Ended['answer']): Ended {
    return { answer, tookMs: monotonicMs() - this.begun, retried: this.retried }
  }

  /** Plays it until the environment does its part, a few times. */
  private async untilItRuns(): Promise<Ended['answer']> {
    const { one, running } = this
    for (;;) {
      const answer = await running.play(this.job(one.request))
      if (answer.kind !== 'played' || answer.verdict.outcome !== 'environment') return answer
      if (!this.mayGoOn(running.config.retries)) return answer
      this.retried.push(answer.says)
      running.tell({
        event: 'retry',
        name: one.name,
        nth: this.retried.length,
        reason: answer.says,
      })
    }
  }

  private mayGoOn(most: number): boolean {
    const { signal, allowance } = this.running
    return this.retried.length < most && !signal.aborted && allowance.fits(this.one)
  }

  /** How often the schedule of a violation breaks a promise when it is played again. */
  private async again(first: Played): Promise<ReturnType<typeof shareOf>> {
    const { one, running } = this
    const verdicts: Played['verdict'][] = []
    for (let nth = 1; nth <= running.config.again; nth++) {
      if (running.signal.aborted || !running.allowance.fits(one)) break
      const { finding: _, ...job } = this.job(sameSchedule(one, first, nth))
      const answer = await running.play(job)
      if (answer.kind !== 'played') break
      makeSmall(answer.folder)
      verdicts.push(answer.verdict)
      running.tell({ event: 'again', name: one.name, nth, outcome: answer.verdict.outcome })
    }
    return shareOf(verdicts)
  }

  private job(request: TestRequest): Job {
    const { one, running } = this
    const { store, budget } = running
    const { given, cluster, finding } = one
    return { given, request, cluster, store, budget, ...(finding === undefined ? {} : { finding }) }
  }
}

/** In a simulation the same seed would be the same run: there the ones after it are played. */
const sameSchedule = (
  { request, cluster }: Case,
  { run, folder }: Played,
  nth: number,
): TestRequest => {
  const { template: _, ...rest } = request
  const seed = cluster === 'sim' ? run.seed + nth : run.seed
  return { ...rest, workload: run.workload, faults: [], planFile: `${folder}/run.json`, seed }
}
