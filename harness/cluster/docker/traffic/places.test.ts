import { describe, expect, it } from 'vitest'
import { arrivalOf, byNode, departureOf, type Ends } from './places.ts'

const ends: Ends = {
  members: ['n1', 'n2'].map((name, n) => ({
    name,
    addresses: { ipv4: `198.18.0.1${n + 1}`, ipv6: undefined },
    pid: n,
  })),
  host: { ipv4: '198.18.0.1', ipv6: undefined },
}
const seen = ({ at, direction, peer }: ReturnType<typeof arrivalOf>) =>
  `${at.name} ${direction} ${peer}`

describe('the place of a link', () => {
  it('is where packets arrive, and for clients where they depart', () => {
    expect(seen(arrivalOf({ from: 'n1', to: 'n2' }, ends))).toBe('n2 in n1')
    expect(seen(arrivalOf({ from: 'n1', to: 'clients' }, ends))).toBe('n1 out clients')
    expect(seen(arrivalOf({ from: 'clients', to: 'n1' }, ends))).toBe('n1 in clients')
  })
  it('is where they depart when asked for, and for those of clients where they arrive', () => {
    expect(seen(departureOf({ from: 'n1', to: 'n2' }, ends))).toBe('n1 out n2')
    expect(seen(departureOf({ from: 'clients', to: 'n2' }, ends))).toBe('n2 in clients')
  })
  it('is refused for unknown nodes and loops', () => {
    expect(() => arrivalOf({ from: 'n9', to: 'n1' }, ends)).toThrow('n9: no such node')
    expect(() => arrivalOf({ from: 'clients', to: 'clients' }, ends)).toThrow('to itself')
  })
  it('counts once at its node', () => {
    const place = arrivalOf({ from: 'n1', to: 'n2' }, ends)
    const again = arrivalOf({ from: 'n1', to: 'n2' }, ends)
    expect([...byNode([place, again]).values()].flat()).toHaveLength(1)
  })
})
