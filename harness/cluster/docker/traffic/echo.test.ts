import { describe, expect, it } from 'vitest'
import { parseBadChecksums } from './echo.ts'
import { parseConnections } from './reset.ts'

describe('parseBadChecksums', () => {
  it('adds all protocols of both families', () => {
    const text = [
      'Icmp: InMsgs InErrors InCsumErrors OutMsgs',
      'Icmp: 10 2 3 7',
      'Tcp: InSegs InErrs OutRsts InCsumErrors',
      'Tcp: 100 5 1 4',
      'Ip6InReceives 5',
      'Udp6InCsumErrors                	2',
      '',
    ].join('\n')
    expect(parseBadChecksums(text)).toBe(9)
  })
})

describe('parseConnections', () => {
  it('takes the two ends, with a state before them or without', () => {
    const text = `ESTAB 0 0 198.18.0.11:2380 198.18.0.12:40000
0      0      [::ffff:198.18.0.11]:2380   [::ffff:198.18.0.13]:40001
`
    expect(parseConnections(text)).toEqual([
      '198.18.0.11:2380 198.18.0.12:40000',
      '[198.18.0.11]:2380 [198.18.0.13]:40001',
    ])
  })
})
