/**
 * TCP connections over chosen links, listed and cut by `ss` at one of their ends. The kernel there
 * tells its own process that the connection was aborted and sends the other end a reset.
 */
import { CLIENTS, type Link } from '../../../capabilities/traffic.ts'
import type { Agent } from '../agent.ts'
import { addressesIn, arrivalOf, byNode, type Ends, type Place } from './places.ts'

/** Lists them, each once. */
export const connections = (agent: Agent, ends: Ends, links: readonly Link[]) =>
  ask(agent, ends, links, [])

/** Cuts them and lists those that it cut. */
export const reset = (agent: Agent, ends: Ends, links: readonly Link[]) =>
  ask(agent, ends, links, ['-K'])

const ask = async (
  agent: Agent,
  ends: Ends,
  links: readonly Link[],
  action: readonly string[],
): Promise<readonly string[]> => {
  const places = byNode(links.map((link) => oneWay(link)).map((link) => arrivalOf(link, ends)))
  const listed = await Promise.all(
    [...places].map(([node, there]) =>
      agent.runIn(node.pid, ['ss', ...action, ...options, filterOf(there)]),
    ),
  )
  return [...new Set(listed.flatMap(parseConnections))].toSorted()
}

/** A connection has both directions: one of them is enough, and each connection is met once. */
const oneWay = ({ from, to }: Link): Link =>
  from === CLIENTS || (to !== CLIENTS && from < to) ? { from, to } : { from: to, to: from }

const options = ['-tnHO', 'state', 'established', 'state', 'close-wait']

const filterOf = (places: readonly Place[]): string =>
  places
    .flatMap(({ addresses }) => [`::ffff:${addresses.ipv4}`, ...addressesIn(addresses)])
    .map((address) => `dst ${address.includes(':') ? `[${address}]` : address}`)
    .join(' or ')

/** Lines `[state] receive-queue send-queue local peer`. */
export const parseConnections = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [local = '', peer = ''] = line.trim().split(/\s+/).slice(-2)
      return `${local.replace('::ffff:', '')} ${peer.replace('::ffff:', '')}`
    })
