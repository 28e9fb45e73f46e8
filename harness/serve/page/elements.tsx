/** What several views are made of. */
import type { ComponentChildren } from 'preact'
import { count, duration } from '../../../results/report/text.ts'
import type { Asked, RunRow } from './api.ts'

/** Signs and words of outcomes: never told by colour alone. */
const signs: Readonly<Record<RunRow['outcome'], string>> = {
  valid: '✓',
  violation: '✗',
  unknown: '?',
  environment: '⚠',
  interrupted: '‖',
  malformed: '⚠',
  unfinished: '…',
  damaged: '⚠',
}

export const outcomeSign = (outcome: RunRow['outcome']): string => signs[outcome]

export const Outcome = ({ of }: { readonly of: RunRow['outcome'] }) => (
  <span class={`outcome ${of}`}>
    <span aria-hidden="true">{signs[of]}</span> {of}
  </span>
)

/** `2026-11-21 04:57:57`, in the time of the run's record: UTC. */
export const when = (text: string): string => text.slice(0, 19).replace('T', ' ')

export const milliseconds = (ms: number | undefined): string =>
  ms === undefined ? '' : duration(ms)

export const number = (n: number | undefined): string => (n === undefined ? '' : count(n))

/** What is shown while an answer is awaited, and when none comes. */
export const Awaited = <T,>({
  asked,
  children,
}: {
  readonly asked: Asked<T>
  readonly children: (answer: T) => ComponentChildren
}) => {
  if (asked.state === 'asked') return <p class="quiet">…</p>
  if (asked.state === 'failed') return <p role="alert">{asked.says}</p>
  return <>{children(asked.answer)}</>
}
