/**
 * Who may ask the server what. A page of somebody else in the same browser can send requests here, and its name
 * can be made to resolve to this machine (DNS rebinding); so the Host must be one that the server was bound to,
 * and everything needs the token: once in the address, from then on in a cookie that no script reads and no other
 * site's request brings along. What changes anything must also come from the server's own page.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'

export interface Gate {
  readonly token: string
  readonly port: number
  /** What the server was bound to. */
  readonly host: string
}

/** What is looked at of a request. */
export interface Asking {
  readonly method: string
  readonly url: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly cookie: string | undefined
}

export type Admission =
  | { readonly kind: 'admitted'; readonly path: string; readonly query: URLSearchParams }
  /** With the right token in the address: the same place without it, with a cookie. */
  | { readonly kind: 'welcome'; readonly location: string; readonly cookie: string }
  | { readonly kind: 'refused'; readonly status: 400 | 401 | 403 | 405; readonly says: string }

const methods = ['GET', 'HEAD', 'POST']

export const admit = (asking: Asking, gate: Gate): Admission => {
  const { method, url, host } = asking
  if (host === undefined || !isOwn(host, gate))
    return refused(403, 'this server does not go by that name: use the address it printed')
  if (!methods.includes(method)) return refused(405, `${methods.join(', ')} only`)
  const address = parsed(url)
  if (address === undefined || !url.startsWith('/'))
    return refused(400, 'no address of this server')
  const { pathname, searchParams } = address
  const given = searchParams.get('token')
  if (given !== null) {
    if (!isToken(given, gate)) return refused(401, wrongToken)
    searchParams.delete('token')
    const query = searchParams.size === 0 ? '' : `?${searchParams}`
    const cookie = `${cookieName(gate)}=${gate.token}; Path=/; HttpOnly; SameSite=Strict`
    // One slash: two would name another server.
    const location = `/${pathname.replace(/^\/+/, '')}${query}`
    return { kind: 'welcome', location, cookie }
  }
  if (!isToken(cookieOf(asking.cookie, gate), gate)) return refused(401, wrongToken)
  if (method === 'POST' && asking.origin !== `http://${host}`)
    return refused(403, 'changes are asked for by this server’s own page only')
  return { kind: 'admitted', path: pathname, query: searchParams }
}

const refused = (status: 400 | 401 | 403 | 405, says: string): Admission => ({
  kind: 'refused',
  status,
  says,
})

const wrongToken = 'the token is missing or wrong: open the address that "schism serve" printed'

const parsed = (url: string): URL | undefined => {
  try {
    return new URL(url, 'http://here')
  } catch {
    return undefined
  }
}

/** Other servers on this machine keep cookies under the same name of a host. */
const cookieName = ({ port }: Gate): string => `schism-${port}`

const cookieOf = (header: string | undefined, gate: Gate): string => {
  const name = `${cookieName(gate)}=`
  const pairs = (header ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(name))?.slice(name.length) ?? ''
}

/** Compares in a time that tells nothing about where they differ. */
const isToken = (given: string, { token }: Gate): boolean =>
  timingSafeEqual(digest(given), digest(token))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Names that lead here and that nobody else can make lead here. */
const isOwn = (header: string, { host, port }: Gate): boolean => {
  const [, name, given] = /^(\[[\da-f:.]+\]|[^:/?#@\s]+)(?::(\d+))?$/i.exec(header) ?? []
  if (name === undefined || Number(given ?? 80) !== port) return false
  const plain = name.replace(/^\[|\]$/g, '').toLowerCase()
  if (plain === host.toLowerCase()) return true
  if (isLoopback(host)) return isLoopback(plain)
  // Bound to more than this machine: by any number, for only names can be turned to another address.
  return isLoopback(plain) || isIP(plain) !== 0
}

/** Whether only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
