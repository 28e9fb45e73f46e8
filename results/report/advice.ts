/**
 * What to do about a run without a clear verdict. Each kind of reason has its remedy; a reason that is not
 * known here gets none made up.
 */
import type { Ending } from './first-screen.ts'
import type { Findings } from './sentence.ts'
import { line } from './text.ts'

/** Sentences in the order in which to try them. */
export const adviceOn = (ending: Ending, { run, verdict }: Findings): readonly string[] => {
  const folder = line(run?.id ?? verdict.input, 200)
  const reasons = [verdict.reason ?? '', ...verdict.problems].join('\n')
  const fitting = remedies
    .filter(({ endings, reason }) => endings.includes(ending) && (reason?.test(reasons) ?? true))
    .map(({ advice }) => advice.replace('RUN', () => folder))
  return [...new Set(fitting)]
}

interface Remedy {
  readonly endings: readonly Ending[]
  /** What the reason or a problem says; absent: whatever it says. */
  readonly reason?: RegExp
  /** `RUN` stands for the run's folder. */
  readonly advice: string
}

const remedies: readonly Remedy[] = [
  {
    endings: ['unknown', 'interrupted'],
    reason: /out of time/,
    advice:
      'Give the checkers more time, for the history is kept: schism check RUN --budget 10m. Next time, fewer ' +
      'operations on a key make the check easier.',
  },
  {
    endings: ['unknown', 'interrupted'],
    reason: /out of memory/,
    advice: 'Give the checkers more memory: schism check RUN --memory 8GB.',
  },
  {
    endings: ['unknown', 'vacuous', 'interrupted'],
    reason: /never read|no read began|not read in the end|nothing was ever read/,
    advice:
      'The final reads did not happen or did not come back: look at the errors below, and give operations ' +
      'more time (--operation-timeout).',
  },
  {
    endings: ['unknown'],
    reason: /written twice/,
    advice: 'Write every value once (--option values=unique), so that a read names its write.',
  },
  {
    endings: ['vacuous'],
    reason: /the fault .* (did not take hold|was not injected)/,
    advice:
      'The fault was never there, so the run says nothing about it: the fault ledger below has the evidence, ' +
      'and schism doctor says which faults this machine can do.',
  },
  {
    endings: ['vacuous'],
    reason: /ok operation/,
    advice:
      'Too few operations came through: the errors below say why. A longer run (--time-limit), a lower rate (--rate) ' +
      'or fewer faults let some operations through.',
  },
  {
    endings: ['failure'],
    advice:
      'The harness or the machine failed, which says nothing about the system: repeat the run. schism doctor checks ' +
      'the machine, schism clean removes what an earlier run left.',
  },
  {
    endings: ['failure'],
    reason: /not ready|exited|ended|has died/,
    advice: 'A node did not serve: what it printed last stands above, all of it further down.',
  },
  {
    endings: ['interrupted'],
    advice: 'It was stopped before its end: what had been recorded by then was judged.',
  },
  {
    endings: ['malformed'],
    advice: 'What was given is no history that schism reads: docs/histories.md says which it does.',
  },
]
