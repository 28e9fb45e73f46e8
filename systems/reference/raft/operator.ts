/**
 * How whoever runs the cluster changes its members: by asking a server for one change, which sends on to whoever
 * leads.
 */
import type { Body, MembershipProtocol, Messages } from '../../../harness/api.ts'

const ANSWER_MS = 900

export const membership: MembershipProtocol = {
  view: async (via, _, signal, messages) => {
    const { voters, learners } = await ask(messages, via.name, { type: 'members' }, signal)
    const identities = voters as Readonly<Record<string, string>>
    const members = Object.keys(identities)
    return { members, pending: learners as readonly string[], identities }
  },
  add: async (via, { name }, signal, messages) => {
    await ask(messages, via.name, { type: 'change', add: name }, signal)
  },
  remove: async (via, { name }, signal, messages) => {
    await ask(messages, via.name, { type: 'change', remove: name }, signal)
  },
  // Who has an empty disk waits to be told by the others that it belongs to them.
  joining: async () => ({}),
}

/** @throws when it refuses, or whoever it says leads does, or nobody answers */
const ask = async (
  messages: Messages,
  name: string,
  question: Body,
  signal: AbortSignal,
): Promise<Body> => {
  const answer = await told(messages, name, question, signal)
  const { leader } = answer
  const last = typeof leader === 'string' ? await told(messages, leader, question, signal) : answer
  if (last.type === 'error') throw new Error(String(last.text))
  return last
}

const told = async (
  messages: Messages,
  name: string,
  question: Body,
  signal: AbortSignal,
): Promise<Body> => {
  const conversation = await messages.open(name)
  try {
    return await conversation.request(question, signal, ANSWER_MS)
  } finally {
    await conversation.close()
  }
}
