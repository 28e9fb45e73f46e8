import { describe, expect, it } from 'vitest'
import { departureOf, type Ends } from './places.ts'
import { needsClientsDevice, netemArguments, shapeScript } from './shaper.ts'

const ends: Ends = {
  members: [
    { name: 'n1', addresses: { ipv4: '198.18.0.11', ipv6: 'fd53::b' }, pid: 1 },
    { name: 'n2', addresses: { ipv4: '198.18.0.12', ipv6: 'fd53::c' }, pid: 2 },
  ],
  host: { ipv4: '198.18.0.1', ipv6: 'fd53::1' },
}
const delay = { kind: 'delay', ms: 50, jitterMs: 10, distribution: 'normal' } as const
const reorder = { kind: 'reorder', percent: 25, gapMs: 20 } as const
const corrupt = { kind: 'corrupt', percent: 2 } as const

describe('shapeScript', () => {
  it('gives a link a class of its own, where packets depart', () => {
    const place = departureOf({ from: 'n1', to: 'n2' }, ends)
    expect(shapeScript([{ place, shape: { rateKbitS: 1000 } }])).toBe(
      `qdisc add dev eth0 root handle 1: htb default 0
class add dev eth0 parent 1: classid 1:10 htb rate 100gbit quantum 60000
filter add dev eth0 parent 1: protocol ip pref 1 u32 match ip dst 198.18.0.12/32 flowid 1:10
filter add dev eth0 parent 1: protocol ipv6 pref 2 u32 match ip6 dst fd53::c/128 flowid 1:10
qdisc add dev eth0 parent 1:10 handle 10: tbf rate 1000kbit burst 8192 latency 400ms
`,
    )
  })
  it('leads what clients send through a device of its own', () => {
    const place = departureOf({ from: 'clients', to: 'n1' }, ends)
    const links = [{ place, shape: { delay } }]
    expect(needsClientsDevice(links)).toBe(true)
    expect(shapeScript(links)).toBe(
      `qdisc add dev eth0 clsact
filter add dev eth0 ingress protocol ip pref 1 u32 match ip src 198.18.0.1/32 action mirred egress redirect dev schism0
filter add dev eth0 ingress protocol ipv6 pref 2 u32 match ip6 src fd53::1/128 action mirred egress redirect dev schism0
qdisc add dev schism0 root handle 1: htb default 0
class add dev schism0 parent 1: classid 1:10 htb rate 100gbit quantum 60000
filter add dev schism0 parent 1: protocol ip pref 1 u32 match ip src 198.18.0.1/32 flowid 1:10
filter add dev schism0 parent 1: protocol ipv6 pref 2 u32 match ip6 src fd53::1/128 flowid 1:10
qdisc add dev schism0 parent 1:10 handle 100: netem limit 50000 delay 50ms 10ms distribution normal
`,
    )
  })
  it('puts a netem below the rate of the same link', () => {
    const place = departureOf({ from: 'n1', to: 'n2' }, ends)
    const script = shapeScript([{ place, shape: { rateKbitS: 1000, delay } }])
    expect(script).toContain('parent 10:1 handle 100: netem')
  })
  it('is nothing for nothing', () => {
    expect(shapeScript([]).trim()).toBe('')
  })
})

describe('netemArguments', () => {
  it('has one netem do all that a link asks for', () => {
    expect(netemArguments({ delay, reorder, corrupt })).toBe(
      'delay 50ms 10ms distribution normal reorder 25% corrupt 2%',
    )
  })
  it('holds packets back by sending the others at once', () => {
    expect(netemArguments({ reorder })).toBe('delay 20ms reorder 75%')
  })
  it('names no distribution where there is no jitter, or a uniform one', () => {
    expect(netemArguments({ delay: { ...delay, jitterMs: 0 } })).toBe('delay 50ms')
    expect(netemArguments({ delay: { ...delay, distribution: 'uniform' } })).toBe('delay 50ms 10ms')
  })
})
