/** What a node of the replicated stores here answers to its clients. */
import { type Body, type Message, refusal, type World } from '../../harness/api.ts'
import type { Result } from './store.ts'

/** Answers a message. */
export const reply = ({ send }: World, { src, body }: Message, answer: Body): void =>
  send(src, body.msg_id === undefined ? answer : { in_reply_to: body.msg_id, ...answer })

/** Tells a client what its request came to. */
export const done = (world: World, message: Message, { value, swapped }: Result): void =>
  reply(
    world,
    message,
    swapped === undefined ? { type: 'request_ok', value } : { type: 'request_ok', value, swapped },
  )

/** Sends a client on, to the node that is known to serve it if there is one: nothing was done. */
export const sendOn = (world: World, message: Message, leader: string | null | undefined): void => {
  const hint = typeof leader === 'string' && leader !== world.self ? { leader } : {}
  const body = refusal(message, 'temporarily-unavailable', 'another node serves this')
  world.send(message.src, { ...hint, ...body })
}

/** Tells a client that nobody knows what becomes of its request. */
export const giveUp = (world: World, message: Message): void =>
  world.send(message.src, refusal(message, 'timeout', 'not decided here any more'))
