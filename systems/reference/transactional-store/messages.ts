/**
 * What coordinators and participants say to shards. Every request has a number of the asker (`call`) and is sent again until it is
 * answered: shards take all of them more than once.
 */
import type { Json } from '../../../harness/api.ts'
import type { Outcome, Part, Seen } from './commands.ts'
import type { Wanted } from './controls/control.ts'

export interface Fetch {
  readonly type: 'fetch'
  readonly transaction: string
  readonly began: number
  readonly wanted: Wanted
}

/** The answer: the keys, or the rows of the partition, with who had written what they hold. */
export interface Fetched {
  readonly type: 'fetched'
  readonly tenure: number
  readonly values: readonly Json[]
  readonly seen: readonly Seen[]
}

/** The transaction had to give way, or comes too late for its snapshot. */
export interface Refused {
  readonly type: 'refused'
}

/** Asks whether all that a transaction has read here was true at one moment, and ends it here. */
export interface Confirm {
  readonly type: 'confirm'
  readonly part: Part
}

/** Asks for the promise to be able to commit. */
export interface Prepare {
  readonly type: 'prepare'
  readonly part: Part
  readonly open: number
}

/** The answer to both. */
export interface Voted {
  readonly type: 'voted'
  readonly yes: boolean
}

/** Proposes an outcome to the transaction's home. */
export interface Decide {
  readonly type: 'decide'
  readonly transaction: string
  readonly outcome: Outcome
  readonly open: number
}

export interface Decided {
  readonly type: 'decided'
  readonly outcome: Outcome
}

/** Tells a participant how a transaction ends. */
export interface Finish {
  readonly type: 'finish'
  readonly transaction: string
  readonly outcome: Outcome
}

export interface Finished {
  readonly type: 'finished'
}

/** Ends a transaction that was not prepared, and gives its locks back; nobody waits for an answer. */
export interface Release {
  readonly type: 'release'
  readonly transaction: string
}

/** Asks a coordinator to end a transaction that has promised, and stands in the way of an older one. */
export interface Wound {
  readonly type: 'wound'
  readonly transaction: string
}

/** Asks for the next time. */
export interface AskTime {
  readonly type: 'ask_time'
}

export interface Time {
  readonly type: 'time'
  readonly time: number
}

/** What a shard is asked, with the answer to each. */
export type Asked = Fetch | Confirm | Prepare | Decide | Finish | AskTime
export interface Answers {
  readonly fetch: Fetched | Refused
  readonly confirm: Voted
  readonly prepare: Voted
  readonly decide: Decided
  readonly finish: Finished
  readonly ask_time: Time
}
export type Answer = Answers[keyof Answers]
