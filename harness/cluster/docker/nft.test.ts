import { describe, expect, it } from 'vitest'
import { deleteTables, grudgeScript, parseProbeCounts, probeScript } from './nft.ts'

const n1 = { ipv4: '198.18.0.11', ipv6: 'fd53::b' }
const n2 = { ipv4: '198.18.0.12', ipv6: 'fd53::c' }

describe('grudgeScript', () => {
  it('drops the senders in both families and lets neighbour discovery pass', () => {
    expect(grudgeScript([n1, n2])).toBe(`table inet schism {}
flush table inet schism
table inet schism {
chain incoming {
type filter hook input priority -300
icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
ip saddr { 198.18.0.11, 198.18.0.12 } counter drop
ip6 saddr { fd53::b, fd53::c } counter drop
}
}
`)
  })
  it('drops nothing for nobody', () => {
    expect(grudgeScript([])).not.toContain('drop')
  })
  it('drops what goes to the host where it departs', () => {
    const script = grudgeScript([], [{ ipv4: '198.18.0.1', ipv6: undefined }])
    expect(script).toContain('hook output priority -300')
    expect(script).toContain('ip daddr { 198.18.0.1 } counter drop')
    expect(script).not.toContain('saddr')
  })
  it('leaves IPv6 out where nodes have none', () => {
    expect(grudgeScript([{ ipv4: '198.18.0.11', ipv6: undefined }])).not.toContain('ip6')
  })
  it('never has two closing braces on a line', () => {
    for (const script of [grudgeScript([n1]), probeScript({ n1 })])
      expect(script).not.toMatch(/\} *\}/)
  })
})

describe('deleteTables', () => {
  it('first makes what it deletes, so that it may be absent', () => {
    expect(deleteTables(['a'])).toBe('table inet a {}\ndelete table inet a\n')
  })
})

describe('parseProbeCounts', () => {
  it('joins the two places by other end and family', () => {
    const rule = (chain: string, comment: string, packets: number) => ({
      rule: { chain, comment, expr: [{ match: {} }, { counter: { packets } }] },
    })
    const json = JSON.stringify({
      nftables: [
        { metainfo: {} },
        { table: {} },
        rule('input_arrived', 'ip n1', 2),
        rule('input_arrived', 'ip6 n1', 1),
        rule('input_passed', 'ip n1', 0),
        rule('input_passed', 'ip6 n1', 1),
        rule('output_arrived', 'ip clients', 3),
      ],
    })
    expect(parseProbeCounts(json)).toEqual([
      { direction: 'in', peer: 'n1', family: 'ip', arrived: 2, passed: 0 },
      { direction: 'in', peer: 'n1', family: 'ip6', arrived: 1, passed: 1 },
      { direction: 'out', peer: 'clients', family: 'ip', arrived: 3, passed: 0 },
    ])
  })
})
