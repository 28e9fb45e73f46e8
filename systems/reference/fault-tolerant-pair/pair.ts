/** What hosts and the shared storage tell each other and keep. */
import type { Json } from '../../../harness/api.ts'
import type { MachineRequest } from '../machine.ts'

/**
 * One input of the virtual machine, as the log holds it: the request, and what of its outcome does not follow from
 * the machine's state.
 */
export interface Input {
  readonly request: MachineRequest
  /** Drawn by lot, in [0, 1): who of those who wait for a lock gets it next. */
  readonly lot: number
}

/** What a host is. Pairs are counted: each backup that is made anew begins another. */
export interface Standing {
  readonly pair: number
  readonly role:
    | 'primary'
    | 'backup'
    /** It has won the test-and-set of its pair. */
    | 'alone'
    /** It has lost it. */
    | 'halted'
}

/** The primary sends inputs, or none: then it shows that it lives. */
export interface LogMessage {
  readonly pair: number
  /** The input before these. */
  readonly after: number
  readonly inputs: readonly Input[]
}

/** The primary makes the backup of a new pair: the state of the machine after an input. */
export interface Clone {
  readonly pair: number
  readonly index: number
  readonly state: Json
}

/** What the shared storage answers to a test-and-set: whose the pair is from now on. */
export interface Verdict {
  readonly pair: number
  readonly winner: string
}
