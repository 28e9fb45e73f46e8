import { describe, expect, it } from 'vitest'
import type { OptionValues, Peer } from '../../harness/api.ts'
import { parseRole, parseSentinelView, type Said, type ServerRole, unready } from './health.ts'
import system from './index.ts'

const options: OptionValues = Object.fromEntries(
  Object.entries(system.options).map(([name, option]) => [name, option.default]),
)
const peers: readonly Peer[] = system
  .members(3)
  .map((member, index) => ({ ...member, address: `198.18.0.${index + 10}` }))
const named = (name: string): Peer => peers.find((peer) => peer.name === name)!
const confOf = (name: string, values: OptionValues = options): string[] =>
  Object.values(system.spec(named(name), peers, values).files!)[0]!.split('\n')

describe("Redis' members", () => {
  it('are servers that serve and three Sentinels that do not', () => {
    expect(system.members(5).map(({ name, role, serves }) => `${name} ${role} ${serves}`)).toEqual([
      'r1 server true',
      'r2 server true',
      'r3 server true',
      'r4 server true',
      'r5 server true',
      's1 sentinel false',
      's2 sentinel false',
      's3 sentinel false',
    ])
  })

  it('start as one primary and its replicas', () => {
    expect(confOf('r1').some((line) => line.startsWith('replicaof'))).toBe(false)
    expect(confOf('r2')).toContain('replicaof 198.18.0.10 6379')
    expect(confOf('r3', { ...options, appendonly: 'no' })).toContain('appendonly no')
  })

  it('keep their own configuration when they have one', () => {
    const { argv, dataFolder } = system.spec(named('r1'), peers, options)
    expect(argv[2]).toMatch(/^\[ -f \/data\/redis-server\.conf \] \|\| /)
    expect(argv[2]).toMatch(/exec redis-server \/data\/redis-server\.conf$/)
    expect(dataFolder).toBe('/data')
  })

  it('know the other Sentinels by the identities these have, and all replicas', () => {
    const own = confOf('s2')
    const id = (name: string): string =>
      confOf(name)
        .find((l) => l.includes('myid'))!
        .split(' ')[2]!
    expect(id('s1')).toMatch(/^[0-9a-f]{40}$/)
    expect(new Set(['s1', 's2', 's3'].map(id)).size).toBe(3)
    expect(own.filter((line) => line.includes('known'))).toEqual([
      'sentinel known-replica primary 198.18.0.11 6379',
      'sentinel known-replica primary 198.18.0.12 6379',
      `sentinel known-sentinel primary 198.18.0.13 26379 ${id('s1')}`,
      `sentinel known-sentinel primary 198.18.0.15 26379 ${id('s3')}`,
    ])
    expect(own).toContain('sentinel monitor primary 198.18.0.10 6379 2')
    expect(confOf('s1', { ...options, downAfterMs: '500' })).toContain(
      'sentinel down-after-milliseconds primary 500',
    )
  })
})

describe("Redis' answers", () => {
  it('to ROLE say what a server is', () => {
    expect(parseRole(['master', 100, [['198.18.0.11', '6379', '100']]])).toEqual({
      role: 'master',
      replicas: 1,
    })
    expect(parseRole(['slave', '198.18.0.10', 6379, 'connect', -1])).toEqual({
      role: 'slave',
      primary: '198.18.0.10',
      link: 'connect',
    })
  })

  it('to SENTINEL MASTER are names and values in turn', () => {
    const reply = ['name', 'ip', 'ip', '198.18.0.10', 'flags', 'master', 'num-slaves', '2']
    expect(parseSentinelView([...reply, 'num-other-sentinels', '1'])).toEqual({
      address: '198.18.0.10',
      flags: 'master',
      replicas: 2,
      otherSentinels: 1,
    })
  })
})

describe('Redis with Sentinel is ready', () => {
  const said = <T>(name: string, value: T): Said<T> => ({
    name,
    address: named(name).address,
    said: value,
  })
  const view = { address: '198.18.0.10', flags: 'master', replicas: 2, otherSentinels: 2 }
  const views = ['s1', 's2', 's3'].map((name) => said(name, view))
  const primary = said<ServerRole>('r1', { role: 'master', replicas: 2 })
  const follower = (name: string): Said<ServerRole> =>
    said(name, { role: 'slave', primary: '198.18.0.10', link: 'connected' })
  const roles = [primary, follower('r2'), follower('r3')]

  it('when everybody has the same picture', () => {
    expect(unready(views, roles)).toBeUndefined()
  })

  it.each([
    [{ address: '198.18.0.11' }, 's2 calls 198.18.0.11 the primary, s1 198.18.0.10'],
    [{ flags: 'master,s_down' }, 's2 says of the primary: master,s_down'],
    [{ replicas: 1 }, 's2 knows 1 of 2 replicas'],
    [{ otherSentinels: 0 }, 's2 knows 0 of 2 other Sentinels'],
  ])('not when a Sentinel says %j', (change, reason) => {
    expect(unready([views[0]!, said('s2', { ...view, ...change }), views[2]!], roles)).toBe(reason)
  })

  it.each<[ServerRole, string]>([
    [{ role: 'master', replicas: 0 }, 'r2 should be a replica and is a primary'],
    [
      { role: 'slave', primary: '198.18.0.12', link: 'connected' },
      'r2 follows 198.18.0.12, not 198.18.0.10',
    ],
    [
      { role: 'slave', primary: '198.18.0.10', link: 'connect' },
      "r2's link to the primary: connect",
    ],
  ])('not when a replica says %j', (role, reason) => {
    expect(unready(views, [primary, said('r2', role), follower('r3')])).toBe(reason)
  })

  it.each<[ServerRole, string]>([
    [{ role: 'master', replicas: 1 }, 'r1 has 1 of 2 replicas'],
    [
      { role: 'slave', primary: '198.18.0.11', link: 'connected' },
      'r1 should be the primary and is a replica',
    ],
  ])('not when the primary says %j', (role, reason) => {
    expect(unready(views, [said('r1', role), follower('r2'), follower('r3')])).toBe(reason)
  })
})

describe("Redis' claims", () => {
  it('promise no acknowledged write, with or without WAIT', () => {
    for (const wait of ['0', '2'])
      for (const claim of Object.values(system.claims({ ...options, wait })))
        expect(claim.model).toBe('best-effort')
    expect(system.claims({ ...options, wait: '1' }).set.says).toContain('WAIT')
  })
})
