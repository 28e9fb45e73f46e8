import { describe, expect, test } from 'vitest'
import { type Asking, admit, type Gate, isLoopback } from './guard.ts'

const gate: Gate = { token: 'right-token', host: '127.0.0.1', port: 8008 }
const inside = { cookie: 'a=b; schism-8008=right-token; c=d' }
const own: Asking = {
  method: 'GET',
  url: '/api/runs?sort=seed',
  host: '127.0.0.1:8008',
  origin: undefined,
  cookie: undefined,
}
const asked = (change: Partial<Asking>, at = gate) => admit({ ...own, ...change }, at)
const status = (change: Partial<Asking>, at = gate) => {
  const admission = asked(change, at)
  return admission.kind === 'refused' ? admission.status : admission.kind
}

describe('the token', () => {
  test('in the address becomes a cookie, and the address loses it', () => {
    expect(asked({ url: '/?token=right-token' })).toEqual({
      kind: 'welcome',
      location: '/',
      cookie: 'schism-8008=right-token; Path=/; HttpOnly; SameSite=Strict',
    })
    expect(asked({ url: '/runs/x/zip?token=right-token&a=1' })).toMatchObject({
      location: '/runs/x/zip?a=1',
    })
  })

  test('never leads to another server', () => {
    const paths = ['//evil.example/', '///x', '/.//evil.example/', '/a/..//evil.example/']
    for (const path of paths) {
      const url = `${path}?token=right-token`
      expect(asked({ url }), url).not.toMatchObject({ location: expect.stringMatching(/^\/\//) })
    }
    expect(status({ url: 'http://evil.example/?token=right-token' })).toBe(400)
  })

  test('is needed for everything, whole and under this port’s name', () => {
    expect(asked(inside)).toMatchObject({ kind: 'admitted', path: '/api/runs' })
    const wrong = ['', 'right-toke', 'right-token2', 'RIGHT-TOKEN']
    for (const token of wrong) {
      expect(status({ url: `/?token=${token}` }), token).toBe(401)
      expect(status({ cookie: `schism-8008=${token}` }), token).toBe(401)
    }
    expect(status({})).toBe(401)
    expect(status({ cookie: 'schism-8009=right-token' })).toBe(401)
    // A wrong one in the address is not made good by a cookie.
    expect(status({ ...inside, url: '/?token=wrong' })).toBe(401)
  })
})

describe('the Host', () => {
  const hosts = (at: Gate, ...names: readonly string[]) =>
    names.map((host) => status({ ...inside, host }, at))

  test('of a server for this machine alone is a name of this machine, with the port', () => {
    const good = ['127.0.0.1:8008', 'localhost:8008', 'LOCALHOST:8008', '[::1]:8008']
    expect(new Set(hosts(gate, ...good))).toEqual(new Set(['admitted']))
    const bad = ['evil.example:8008', '127.0.0.1', '127.0.0.1:8009', '10.0.0.1:8008', '']
    const odd = ['127.0.0.1.evil.example:8008', 'localhost:8008@evil', '[::1]', '127.0.0.1:8008/']
    expect(new Set(hosts(gate, ...bad, ...odd))).toEqual(new Set([403]))
    expect(status({ ...inside, host: undefined })).toBe(403)
  })

  test('of a server for others is any number, or the name it was given, but no other name', () => {
    const open = { ...gate, host: '0.0.0.0' }
    expect(hosts(open, '10.0.0.1:8008', '[fd00::1]:8008', 'localhost:8008')).toEqual([
      'admitted',
      'admitted',
      'admitted',
    ])
    expect(hosts(open, 'evil.example:8008')).toEqual([403])
    const named = { ...gate, host: 'runs.example' }
    expect(hosts(named, 'runs.example:8008', 'evil.example:8008')).toEqual(['admitted', 403])
  })

  test('is looked at before the token', () => {
    expect(status({ host: 'evil.example:8008', url: '/?token=right-token' })).toBe(403)
  })
})

describe('methods', () => {
  test('other than GET, HEAD and POST are refused', () => {
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'get'])
      expect(status({ ...inside, method })).toBe(405)
    expect(status({ ...inside, method: 'HEAD' })).toBe('admitted')
  })

  test('that change something come from the server’s own page', () => {
    const post = { ...inside, method: 'POST' }
    expect(status({ ...post, origin: 'http://127.0.0.1:8008' })).toBe('admitted')
    const others = [undefined, 'null', 'http://evil.example', 'http://localhost:8008']
    for (const origin of others) expect(status({ ...post, origin }), origin).toBe(403)
  })
})

test('only this machine reaches a loopback address', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1', 'localhost'].map(isLoopback)).not.toContain(false)
  expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example'].map(isLoopback)).not.toContain(true)
})
