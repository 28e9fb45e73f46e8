/**
 * What happens during a CI run, as it happens: one JSON object a line for programs that follow it, and a line for
 * whoever watches.
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineOf } from '../../results/ci/console.ts'
import { type CaseRecord, type CiRecord, ciFiles } from '../../results/ci/record.ts'
import { attempt, writeWhole } from '../../results/store.ts'
import { failuresOf } from '../errors.ts'
import type { Progress } from '../progress.ts'

/** Every line has besides: `version`, and `tMs`, the time since the beginning. */
export type CiEvent =
  | {
      readonly event: 'begin'
      /** How many are played here, and how many there are in all shards together. */
      readonly cases: number
      readonly matrix: number
      readonly shard?: CiRecord['shard']
    }
  | {
      readonly event: 'case-begin'
      readonly name: string
      readonly cluster: CaseRecord['cluster']
      readonly command: string
    }
  /** The environment failed it, and it is tried again. */
  | {
      readonly event: 'retry'
      readonly name: string
      readonly nth: number
      readonly reason: string
    }
  /** The schedule of its violation was played again. */
  | {
      readonly event: 'again'
      readonly name: string
      readonly nth: number
      readonly outcome: string
    }
  | { readonly event: 'case-end'; readonly case: CaseRecord }
  | {
      readonly event: 'end'
      readonly code: number
      readonly counts: Readonly<Record<CaseRecord['result'], number>>
    }

export class Events {
  /** Why the file has not all of them: a full disk takes nothing from the runs. */
  failure: string | undefined
  private readonly path: string

  /** @param print receives each line as well */
  constructor(
    folder: string,
    private readonly tookMs: () => number,
    private readonly progress: Progress,
    private readonly print: (line: string) => void,
  ) {
    this.path = join(folder, ciFiles.events)
    writeWhole(folder, ciFiles.events, '')
  }

  readonly tell = (event: CiEvent): void => {
    const line = JSON.stringify({ version: 1, tMs: Math.round(this.tookMs()), ...event })
    this.write(`${line}\n`)
    this.print(line)
    const said = inWords(event)
    if (said !== undefined) this.progress.line(said)
  }

  private write(line: string): void {
    if (this.failure !== undefined) return
    const [failure] = failuresOf(() =>
      attempt(this.path, 'cannot be written', () => appendFileSync(this.path, line)),
    )
    this.failure = failure
  }
}

const inWords = (event: CiEvent): string | undefined => {
  switch (event.event) {
    case 'begin':
      return event.cases === event.matrix
        ? `${event.cases} cases`
        : `${event.cases} of ${event.matrix} cases`
    case 'case-begin':
      // A simulated run is over before anybody has read its name.
      return event.cluster === 'sim' ? undefined : `begins     ${event.name}`
    case 'retry':
      return `try again  ${event.name}: ${event.reason}`
    case 'again':
      return `again      ${event.name}: ${event.outcome}`
    case 'case-end':
      // There may be thousands: the report at the end tells them together.
      return event.case.result === 'not-run' ? undefined : lineOf(event.case)
    case 'end':
      return undefined
  }
}
