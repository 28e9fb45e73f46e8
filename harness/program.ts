/**
 * The small interface that a reference system is written against: a state machine that receives messages,
 * sends them, sets timers, asks for the time and keeps things on a disk. Nothing in it knows whether it
 * runs as a process in a container or in a simulation on virtual time. Messages have the shape and the
 * error codes of Maelstrom's protocol (jepsen-io/maelstrom, doc/protocol.md).
 *
 * A program is deterministic: all that it does follows from what it receives, its timers, its disk and its
 * `random`. It uses no promises, no clock and no chance of its own.
 */
import type { Json } from '../checkers/ledger.ts'

/**
 * What a message says. `msg_id` names a request, `in_reply_to` the request that this answers. Where a field
 * comes to others, it is written before their spread: after it, it costs V8 twenty times as much.
 */
export interface Body {
  readonly type: string
  readonly msg_id?: number
  readonly in_reply_to?: number
  readonly [field: string]: Json | undefined
}

export interface Message {
  /** A node's name, or a client's: `c1`, `c2`, … */
  readonly src: string
  readonly dest: string
  readonly body: Body
}

/**
 * A node's disk: values by name and logs by name. What was written is there at once for whoever reads, also
 * after a kill; a power failure takes what was not synced, and may leave the beginning of it. Values are
 * never changed after they were handed over.
 */
export interface Storage {
  /** Undefined when nothing was put there. */
  get(name: string): Json | undefined
  put(name: string, value: Json): void
  /** All records of a log, oldest first. */
  entries(log: string): readonly Json[]
  append(log: string, record: Json): void
  /** Keeps the first `length` records. */
  truncate(log: string, length: number): void
  /** Calls back, perhaps at once, when all that was written before is safe; never when the node ends before. */
  sync(then: () => void): void
}

/** What a node has to do with. */
export interface World {
  /** The node's own name. */
  readonly self: string
  /** All nodes of the system, this one included, in an order that all agree on. */
  readonly nodes: readonly string[]
  readonly storage: Storage
  /** Sends a message, which may be lost, late, doubled and overtaken. */
  send(dest: string, body: Body): void
  /** Calls back after so many ms of the node's own steady time; the function returned cancels it. */
  after(ms: number, callback: () => void): () => void
  /** The node's wall clock, ms since 1970: may be wrong, jump and run backwards. */
  now(): number
  /** The steady clock that `after` goes by, ms since a moment of this run: goes on while the node is frozen. */
  steady(): number
  /** A number in [0, 1). */
  random(): number
  /** A line in the node's log. */
  log(line: string): void
}

/** A running node. */
export interface Program {
  receive(message: Message): void
}

/** Starts a node, for the first time or again with what its disk holds. */
export type StartProgram = (world: World) => Program

/** Maelstrom's error codes that our systems use; `definite` ones certainly did not and will not happen. */
export const errorCodes = {
  timeout: { code: 0, definite: false },
  'not-supported': { code: 10, definite: true },
  'temporarily-unavailable': { code: 11, definite: true },
  'malformed-request': { code: 12, definite: true },
  crash: { code: 13, definite: false },
  abort: { code: 14, definite: true },
  'key-does-not-exist': { code: 20, definite: true },
  'precondition-failed': { code: 22, definite: true },
} as const
export type ErrorName = keyof typeof errorCodes

/** The body of an answer that refuses a request. */
export const refusal = ({ body }: Message, name: ErrorName, text: string): Body => {
  const error = { type: 'error', code: errorCodes[name].code, text }
  return body.msg_id === undefined ? error : { in_reply_to: body.msg_id, ...error }
}

/** Whether an error code certainly means that the request did not and will not happen. */
export const isDefinite = (code: number): boolean =>
  Object.values(errorCodes).some((error) => error.code === code && error.definite)
