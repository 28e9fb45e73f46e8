/** What the page asks the server for. Texts in the answers come from tested systems: they are shown as text only. */
import { useEffect, useState } from 'preact/hooks'
import type { RunDifference } from '../../../results/archive/difference.ts'
import type { RunRow } from '../../../results/archive/row.ts'
import type { RunRecord, VerdictRecord } from '../../../results/run.ts'
import type { TablePage } from '../query.ts'
import type { RunFile } from '../run-files.ts'

export type { RunDifference, RunRow, TablePage }

export interface RunDetails {
  readonly row: RunRow
  readonly run?: RunRecord
  readonly verdict?: VerdictRecord
  readonly missing: readonly string[]
  readonly files: readonly RunFile[]
  readonly changes: 'allowed' | 'refused'
}

export interface Configuration {
  readonly row: RunRow
  readonly total: number
  /** With a verdict, and of them those that broke a promise. */
  readonly judged: number
  readonly violations: number
  /** The last ones, the oldest first. */
  readonly runs: readonly RunRow[]
}

/** An answer that is on its way, there, or an error in words. */
export type Asked<T> =
  | { readonly state: 'asked' }
  | { readonly state: 'answered'; readonly answer: T }
  | { readonly state: 'failed'; readonly says: string }

/** Asks for JSON. @throws Error with the server's words */
export const ask = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
  const response = await fetch(path, init).catch(() => {
    throw new Error('the server does not answer: "schism serve" has ended')
  })
  const body = (await response.json()) as T & { readonly error?: string }
  if (!response.ok) throw new Error(body.error ?? `the server answered ${response.status}`)
  return body
}

/**
 * The answer to a question, asked again when it changes, and every so often if told to. What was answered stays
 * until the next answer is there.
 */
export const useAsked = <T>(path: string, everyMs?: number): Asked<T> => {
  const [asked, setAsked] = useState<Asked<T>>({ state: 'asked' })
  useEffect(() => {
    let isGone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const turn = async (): Promise<void> => {
      const next = await ask<T>(path).then(
        (answer): Asked<T> => ({ state: 'answered', answer }),
        (error: Error): Asked<T> => ({ state: 'failed', says: error.message }),
      )
      if (isGone) return
      setAsked(next)
      if (everyMs !== undefined) timer = setTimeout(() => void turn(), everyMs)
    }
    void turn()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [path, everyMs])
  return asked
}
