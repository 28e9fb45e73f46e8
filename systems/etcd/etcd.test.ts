import { describe, expect, it } from 'vitest'
import type { Peer } from '../../harness/api.ts'
import { elementsOf, registerValue } from './clients.ts'
import { encode, type KeyValue } from './gateway.ts'
import { saysItLeads, unready } from './health.ts'
import system from './index.ts'
import { memberList } from './membership.ts'

const header = { member_id: '1' }
const options = Object.fromEntries(
  Object.entries(system.options).map(([name, option]) => [name, option.default]),
)
const kv = (key: string, value: string): KeyValue => ({ key: encode(key), value: encode(value) })

describe("etcd's members", () => {
  const peers: readonly Peer[] = system
    .members(3)
    .map((member, index) => ({ ...member, address: `198.18.0.${index + 10}` }))

  it('all serve clients and have names of their own', () => {
    expect(peers.map(({ name, role, serves }) => [name, role, serves])).toEqual([
      ['n1', 'server', true],
      ['n2', 'server', true],
      ['n3', 'server', true],
    ])
  })

  it('start with the same initial cluster and their own addresses', () => {
    const { argv, dataFolder } = system.spec(peers[1]!, peers, options)
    expect(argv).toContain(
      '--initial-cluster=n1=http://198.18.0.10:2380,n2=http://198.18.0.11:2380,n3=http://198.18.0.12:2380',
    )
    expect(argv).toContain('--name=n2')
    expect(argv).toContain('--snapshot-count=100000')
    expect(argv).toContain('--advertise-client-urls=http://198.18.0.11:2379')
    expect(argv).toContain(`--data-dir=${dataFolder}/etcd`)
  })
})

describe("etcd's first start", () => {
  it('lets the member go ahead that the others ask first: the first in the order of addresses', () => {
    const peers: readonly Peer[] = system
      .members(3)
      .map((member, index) => ({ ...member, address: `198.18.0.${index + 9}` }))
    const scriptOf = (index: number): string => system.spec(peers[index]!, peers, options).argv[2]!
    // As text, …10 comes before …9.
    expect(scriptOf(1)).toMatch(/fi; exec "\$@"$/)
    for (const index of [0, 2]) {
      expect(scriptOf(index)).toContain('/dev/tcp/198.18.0.10/2380')
      expect(scriptOf(index)).toMatch(/fi; \[ -d \/data\/etcd\/member \] \|\| .*; exec "\$@"$/)
    }
  })
})

describe("etcd's membership", () => {
  const nodes = ['n1', 'n2', 'n3'].map((name, index) => ({
    name,
    address: `198.18.0.${index + 10}`,
  }))
  const member = (ID: string, address: string, name?: string) => ({
    ID,
    peerURLs: [`http://${address}:2380`],
    ...(name === undefined ? {} : { name, clientURLs: [`http://${address}:2379`] }),
  })

  it('knows a member that has not started by its address alone', () => {
    const listed = [member('7', '198.18.0.10', 'n1'), member('9', '198.18.0.12')]
    expect(memberList(listed, nodes)).toEqual({
      members: ['n1'],
      pending: ['n3'],
      identities: { n1: '7', n3: '9' },
    })
  })

  it('lets an added member start with the list it was given, and the first ones with their own', () => {
    const peers: readonly Peer[] = system
      .members(2)
      .map((member, index) => ({ ...member, address: `198.18.0.${index + 10}` }))
    const script = system.spec(peers[1]!, peers, options).argv[2]!
    const file = '/etc/schism/initial-cluster'
    expect(script).toMatch(
      /^if \[ -f \/etc\/schism\/initial-cluster \]; then exec "\$@" --initial-cluster-state=existing/,
    )
    expect(script).toContain(`"--initial-cluster=$(cat ${file})"`)
  })
})

describe("etcd's answers", () => {
  it('without a key mean a register that was never written', () => {
    expect(registerValue({ header })).toBeNull()
  })

  it('with a key hold its number', () => {
    expect(registerValue({ header, kvs: [kv('register/1', '42')] })).toBe(42)
  })

  it('without the range that was asked for are refused, not read as null', () => {
    expect(() => registerValue(undefined)).toThrow('lacks the range')
  })

  it.each(['', 'x', '1.5'])('with %j are refused: it is no number of ours', (text) => {
    expect(() => registerValue({ header, kvs: [kv('register/1', text)] })).toThrow('whole number')
  })

  it('for a set hold one key an element', () => {
    const keys = [kv('set/3', ''), kv('set/14', '')]
    expect(elementsOf({ header, kvs: keys })).toEqual([3, 14])
    expect(elementsOf({ header })).toEqual([])
  })
})

describe('an etcd member', () => {
  const three = ['1', '2', '3'].map((ID) => ({ ID, clientURLs: [`http://n${ID}`] }))

  it('leads when it names itself', () => {
    expect(saysItLeads({ header, leader: '1' })).toBe(true)
    expect(saysItLeads({ header, leader: '2' })).toBe(false)
    // Fields that are zero are absent: a member without a leader must not match a missing id.
    expect(saysItLeads({ header: {} })).toBe(false)
  })

  it('is ready when it knows a leader and all members', () => {
    expect(unready({ header, leader: '2' }, { members: three }, 3)).toBeUndefined()
  })

  it('is not ready, and says why', () => {
    expect(unready({ header }, { members: three }, 3)).toBe('knows no leader')
    expect(unready({ header, leader: '2', errors: ['NOSPACE'] }, { members: three }, 3)).toBe(
      'NOSPACE',
    )
    const unpublished = [...three.slice(0, 2), { ID: '3' }]
    expect(unready({ header, leader: '2' }, { members: unpublished }, 3)).toBe(
      'knows 2 of 3 members',
    )
  })
})

describe("etcd's claims", () => {
  it('are linearizable by default and weaker for serializable reads', () => {
    expect(system.claims({ reads: 'linearizable' }).register?.model).toBe('linearizable')
    expect(system.claims({ reads: 'serializable' }).register?.model).toBe('sequential')
  })
})
