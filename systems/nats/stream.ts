/**
 * JetStream's API as this system needs it: requests with JSON answers (NATS 2.9, ADR-1 and ADR-31). One stream
 * holds all data, on three servers, with stock settings: registers are subjects whose last message counts,
 * as in NATS' key-value store, and the elements of the set are the messages on one subject.
 */
import { headers, type Msg } from 'nats'
import type { Connection } from './connection.ts'

export const STREAM = 'schism'
export const REPLICAS = 3
export const SET_SUBJECT = 'set'
export const REGISTER_SUBJECT = 'register'

/** How long the server keeps a consumer that nobody asks any more. */
const CONSUMER_IDLE_NS = 5_000_000_000

/** JetStream answered, and the answer is an error; `code` is JetStream's own (`err_code`). */
export class JetStreamError extends Error {
  override readonly name = 'JetStreamError'
  constructor(
    readonly code: number,
    description: string,
  ) {
    super(description)
  }
}

/** No message on the subject. */
const NO_MESSAGE = 10037

/** The last message on a subject and its number in the stream. */
export interface Last {
  readonly text: string
  readonly sequence: number
}

/** Makes the stream. Does nothing when it is there. */
export const createStream = async (connection: Connection): Promise<void> => {
  await ask(connection, `$JS.API.STREAM.CREATE.${STREAM}`, {
    name: STREAM,
    subjects: [SET_SUBJECT, `${REGISTER_SUBJECT}.*`],
    storage: 'file',
    num_replicas: REPLICAS,
    allow_direct: true,
  })
}

/**
 * Appends a message and waits until the stream says that it has it. `after`: only if the last message on the
 * subject has this number.
 */
export const publish = async (
  connection: Connection,
  subject: string,
  text: string,
  after?: number,
): Promise<void> => {
  const expectation = headers()
  if (after !== undefined) expectation.set('Nats-Expected-Last-Subject-Sequence', String(after))
  const more = after === undefined ? [] : [expectation]
  const { seq } = answerOf<{ seq?: number }>(await connection.request(subject, text, ...more))
  if (seq === undefined) throw new Error('the acknowledgement lacks a sequence number')
}

/** The last message on a subject as the stream's leader has it; undefined when there is none. */
export const lastAtLeader = async (
  connection: Connection,
  subject: string,
): Promise<Last | undefined> => {
  try {
    const { message } = await ask<{ message: { seq: number; data?: string } }>(
      connection,
      `$JS.API.STREAM.MSG.GET.${STREAM}`,
      { last_by_subj: subject },
    )
    const text = Buffer.from(message.data ?? '', 'base64').toString()
    return { text, sequence: message.seq }
  } catch (error) {
    if (error instanceof JetStreamError && error.code === NO_MESSAGE) return undefined
    throw error
  }
}

/** The text of the last message on a subject as any of the stream's servers has it. */
export const lastAnywhere = async (
  connection: Connection,
  subject: string,
): Promise<string | undefined> => {
  const message = await connection.request(`$JS.API.DIRECT.GET.${STREAM}.${subject}`, '')
  const status = message.headers?.code ?? 0
  if (status === 404) return undefined
  if (status !== 0) throw new Error(`${status} ${message.headers?.description}`)
  return message.string()
}

/** The texts of all messages on a subject, in their order, read by a consumer made for it. */
export const consumeAll = async (
  connection: Connection,
  subject: string,
): Promise<readonly string[]> => {
  const { name, num_pending: count } = await ask<{ name: string; num_pending: number }>(
    connection,
    `$JS.API.CONSUMER.CREATE.${STREAM}`,
    {
      stream_name: STREAM,
      config: {
        deliver_policy: 'all',
        ack_policy: 'none',
        filter_subject: subject,
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: CONSUMER_IDLE_NS,
      },
    },
  )
  const texts: string[] = []
  if (count === 0) return texts
  const next = `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.${name}`
  const batch = JSON.stringify({ batch: count, no_wait: true })
  for await (const message of connection.requestMany(next, batch)) {
    const { code = 0, description = '' } = message.headers ?? {}
    if (code !== 0) throw new Error(`${code} ${description} after ${texts.length} of ${count}`)
    texts.push(message.string())
    if (texts.length === count) break
  }
  return texts
}

const ask = async <Reply>(connection: Connection, subject: string, body: object): Promise<Reply> =>
  answerOf<Reply>(await connection.request(subject, JSON.stringify(body)))

/** The answer in a message of JetStream's API. @throws JetStreamError when it is an error */
const answerOf = <Reply>(message: Msg): Reply => {
  const reply = message.json<Reply & Failure>()
  if (reply.error === undefined) return reply
  throw new JetStreamError(reply.error.err_code ?? 0, reply.error.description ?? 'no description')
}

/** What every answer of JetStream's API may hold instead. */
interface Failure {
  readonly error?: { readonly err_code?: number; readonly description?: string }
}
