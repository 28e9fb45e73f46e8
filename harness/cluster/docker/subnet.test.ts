import { describe, expect, it } from 'vitest'
import { chooseSubnet, describeSubnet, takenSubnets } from './subnet.ts'

describe('takenSubnets', () => {
  it('is what overlaps 198.18.0.0/15', () => {
    const taken = takenSubnets(['172.17.0.0/16', '198.18.7.0/24', '198.19.0.3/32', 'fd00::/8'])
    expect([...taken]).toEqual([7, 256])
  })
  it('counts wide networks and addresses inside them', () => {
    expect([...takenSubnets(['198.18.4.9/22'])]).toEqual([4, 5, 6, 7])
    expect(takenSubnets(['198.0.0.0/8']).size).toBe(512)
    expect(takenSubnets(['0.0.0.0/0']).size).toBe(512)
  })
})

describe('chooseSubnet', () => {
  it('picks among the free ones', () => {
    expect(chooseSubnet(new Set([0, 1]), () => 0)).toBe(2)
    expect(chooseSubnet(new Set([511]), (below) => below - 1)).toBe(510)
  })
  it('finds none when all are taken', () => {
    expect(chooseSubnet(takenSubnets(['198.18.0.0/15']), () => 0)).toBeUndefined()
  })
})

describe('describeSubnet', () => {
  it('gives each member its addresses', () => {
    const subnet = describeSubnet('x', 258, true)
    expect(subnet.ipv4).toBe('198.19.2.0/24')
    expect(subnet.ipv6).toBe('fd53:6368:6973:102::/64')
    expect(subnet.addresses(1)).toEqual({ ipv4: '198.19.2.12', ipv6: 'fd53:6368:6973:102::c' })
  })
  it('has no IPv6 where there is none', () => {
    expect(describeSubnet('x', 0, false).addresses(0).ipv6).toBeUndefined()
  })
})
