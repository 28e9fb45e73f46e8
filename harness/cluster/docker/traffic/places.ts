/**
 * Where a link is shaped. We have rules in the nodes' network namespaces only, never on the host: a link
 * to a node where it arrives, so that the sender's kernel notices nothing; a link to the clients, whose
 * end is the host, where it departs.
 */
import { CLIENTS, type Link } from '../../../capabilities/traffic.ts'
import { EnvironmentError } from '../../../errors.ts'
import type { Addresses } from '../subnet.ts'

/** A node as its network sees it. */
export interface NetworkMember {
  readonly name: string
  readonly addresses: Addresses
  /** The host pid of the process that owns the network namespace. */
  readonly pid: number
}

export interface Place {
  readonly link: Link
  /** The node in whose namespace it is. */
  readonly at: NetworkMember
  readonly direction: 'in' | 'out'
  /** The other end. */
  readonly peer: string
  readonly addresses: Addresses
}

export interface Ends {
  readonly members: readonly NetworkMember[]
  /** The addresses that clients come from. */
  readonly host: Addresses
}

/** @throws EnvironmentError for a link without a node, to itself, or of a node that is not there */
export const arrivalOf = (link: Link, ends: Ends): Place =>
  link.to === CLIENTS ? at(link, ends, 'out') : at(link, ends, 'in')

/** Where packets of a link depart; what clients send is met where it arrives. */
export const departureOf = (link: Link, ends: Ends): Place =>
  link.from === CLIENTS ? at(link, ends, 'in') : at(link, ends, 'out')

/** The places of links by node; nodes without any have none. */
export const byNode = (places: readonly Place[]): ReadonlyMap<NetworkMember, readonly Place[]> => {
  const found = new Map<NetworkMember, Place[]>()
  for (const place of places) {
    const there = found.get(place.at)
    if (there === undefined) found.set(place.at, [place])
    else if (!there.some((other) => isSame(other, place))) there.push(place)
  }
  return found
}

export const addressesIn = ({ ipv4, ipv6 }: Addresses): readonly string[] =>
  ipv6 === undefined ? [ipv4] : [ipv4, ipv6]

const isSame = (a: Place, b: Place): boolean => a.direction === b.direction && a.peer === b.peer

const at = (link: Link, { members, host }: Ends, direction: 'in' | 'out'): Place => {
  const { from, to } = link
  if (from === to) throw new EnvironmentError(`no link leads from ${from} to itself`)
  const [own, peer] = direction === 'in' ? [to, from] : [from, to]
  const find = (name: string): NetworkMember => {
    const member = members.find((one) => one.name === name)
    if (member === undefined) throw new EnvironmentError(`a link names ${name}: no such node`)
    return member
  }
  const addresses = peer === CLIENTS ? host : find(peer).addresses
  return { link, at: find(own), direction, peer, addresses }
}
