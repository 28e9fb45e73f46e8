import { describe, expect, it } from 'vitest'
import { arrivalOf, type Ends, type Place } from './places.ts'
import { duplicateScript, lossScript, lossTable, parseCounts } from './rules.ts'

const member = (n: number) => ({
  name: `n${n}`,
  addresses: { ipv4: `198.18.0.1${n}`, ipv6: n === 3 ? undefined : `fd53::${n}` },
  pid: n,
})
const ends: Ends = {
  members: [member(1), member(2), member(3)],
  host: { ipv4: '198.18.0.1', ipv6: undefined },
}
const place = (from: string, to: string): Place => arrivalOf({ from, to }, ends)

describe('lossScript', () => {
  it('drops a share of what comes, in both families, and counts both', () => {
    expect(lossScript([place('n2', 'n1'), place('n1', 'clients')], { percent: 2.5 })).toBe(
      `table inet schism_loss {}
flush table inet schism_loss
table inet schism_loss {
chain input {
type filter hook input priority -200
icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
ip saddr 198.18.0.12 counter comment "packets n2 n1"
ip saddr 198.18.0.12 numgen random mod 10000 < 250 counter drop comment "touched n2 n1"
ip6 saddr fd53::2 counter comment "packets n2 n1"
ip6 saddr fd53::2 numgen random mod 10000 < 250 counter drop comment "touched n2 n1"
}
chain output {
type filter hook output priority -200
icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
ip daddr 198.18.0.1 counter comment "packets n1 clients"
ip daddr 198.18.0.1 numgen random mod 10000 < 250 counter drop comment "touched n1 clients"
}
}
`,
    )
  })
  it('makes bursts by counting, of the whole share', () => {
    expect(lossScript([place('n2', 'n1')], { percent: 20, burst: 5 })).toContain(
      'numgen inc mod 25 < 5',
    )
    expect(lossScript([place('n2', 'n1')], { percent: 90, burst: 5 })).toContain(
      'numgen inc mod 6 < 5',
    )
  })
  it('has no condition at 100 %, which the generator has no number for', () => {
    expect(lossScript([place('n2', 'n1')], { percent: 100 })).not.toContain('numgen')
  })
})

describe('duplicateScript', () => {
  const script = duplicateScript([place('n2', 'n1'), place('n1', 'clients')], member(1), 30)
  it('copies what arrives to the node itself, once', () => {
    expect(script).toContain(
      'iifname "eth0" ip saddr 198.18.0.12 numgen random mod 10000 < 3000 counter dup to 198.18.0.11',
    )
    expect(script).toContain('counter dup to fd53::1 comment')
  })
  it('copies what departs to the same address', () => {
    expect(script).toContain('counter dup to 198.18.0.1 device "eth0"')
  })
  it('has a table for each family', () => {
    expect(script).toContain('table ip schism_duplicate {')
    expect(script).toContain('table ip6 schism_duplicate {')
    expect(duplicateScript([], member(3), 30)).not.toContain('ip6')
  })
})

describe('parseCounts', () => {
  it('adds the families of a link and leaves other tables alone', () => {
    const rule = (table: string, comment: string, packets: number) => ({
      rule: { table, comment, expr: [{ match: {} }, { counter: { packets } }] },
    })
    const json = JSON.stringify({
      nftables: [
        { metainfo: {} },
        { rule: { table: lossTable, expr: [{ accept: null }] } },
        rule(lossTable, 'packets n2 n1', 10),
        rule(lossTable, 'touched n2 n1', 2),
        rule(lossTable, 'packets n2 n1', 5),
        rule(lossTable, 'touched n2 n1', 1),
        rule('schism_duplicate', 'packets n2 n1', 99),
      ],
    })
    expect(parseCounts(json, lossTable)).toEqual([
      { link: { from: 'n2', to: 'n1' }, packets: 15, touched: 3 },
    ])
  })
})
