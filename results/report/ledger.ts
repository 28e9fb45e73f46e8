/**
 * The fault ledger: every planned episode with what was planned, what was done of it, the evidence that it was
 * there, and the evidence that it was gone. An episode that never began stands in it with the reason.
 */
import type { History } from '../../checkers/history.ts'
import { skippedEpisodes } from '../../checkers/ledger.ts'
import { line } from './text.ts'
import type { Timeline } from './timeline.ts'

export interface LedgerRow {
  /** `partition #2`. */
  readonly name: string
  readonly planned: string
  readonly targets: string
  /** s; absent for one that never began. */
  readonly fromS?: number
  readonly toS?: number
  /** How the episode went; the page has a sign and a word for each. */
  readonly state:
    | 'healed'
    /** It took hold, and no evidence shows that it is gone. */
    | 'not healed'
    /** It was requested, and nothing shows that it took hold. */
    | 'not shown'
    | 'skipped'
  readonly installMs?: number
  readonly evidence: string
  readonly healEvidence: string
}

const EPISODES_MAX = 1000

/** In the order of their requests, the skipped ones last. */
export const ledger = (history: History, { faults }: Timeline): readonly LedgerRow[] =>
  [
    ...faults.map(
      (fault): LedgerRow => ({
        name: fault.name,
        planned: fault.planned,
        targets: fault.targets,
        fromS: fault.fromNs / 1e9,
        toS: fault.toNs / 1e9,
        state: !fault.shown ? 'not shown' : fault.healedNs === undefined ? 'not healed' : 'healed',
        ...(fault.installMs === undefined ? {} : { installMs: fault.installMs }),
        evidence: fault.evidence,
        healEvidence: fault.healEvidence,
      }),
    ),
    ...skippedEpisodes(history).map(
      ({ fault, episode, reason }): LedgerRow => ({
        name: `${line(fault, 40)} #${Number(episode) + 1}`,
        planned: '',
        targets: '',
        state: 'skipped',
        evidence: line(reason),
        healEvidence: '',
      }),
    ),
  ].slice(0, EPISODES_MAX)
