import { describe, expect, it } from 'vitest'
import { downloadSettings, mirrorOf, parseAptSources, renderAptSources } from './apt-sources.ts'

const deb822 = `# The main archive
Types: deb deb-src
URIs: http://mirror.test/debian
Suites: bookworm
 bookworm-updates
# a comment inside
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.test/security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main

Types: deb
URIs: https://vendor.test/node
Suites: nodistro
Components: main
`
const list = `# deb http://commented.test/debian bookworm main
deb [signed-by=/k.gpg arch=amd64] https://list.test/debian bookworm main contrib # note
deb-src https://list.test/debian bookworm main
deb cdrom:[Debian]/ bookworm main
deb https://vendor.test/sdk cloud-sdk-bookworm main
`

describe('parseAptSources', () => {
  it('reads the Debian entries of deb822 files', () => {
    expect(parseAptSources([{ name: 'debian.sources', text: deb822 }])).toEqual([
      {
        uris: ['http://mirror.test/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main', 'contrib'],
      },
      {
        uris: ['http://mirror.test/security'],
        suites: ['bookworm-security'],
        components: ['main'],
      },
    ])
  })
  it('reads the Debian entries of one-line files', () => {
    expect(parseAptSources([{ name: 'sources.list', text: list }])).toEqual([
      { uris: ['https://list.test/debian'], suites: ['bookworm'], components: ['main', 'contrib'] },
    ])
  })
  it('finds nothing in nothing', () => {
    expect(parseAptSources([{ name: '/etc/apt/sources.list', text: '' }])).toEqual([])
  })
  it('reads back what renderAptSources writes', () => {
    const sources = parseAptSources([{ name: 'a.sources', text: deb822 }])
    const text = renderAptSources(sources)
    expect(parseAptSources([{ name: 'b.sources', text }])).toEqual(sources)
  })
})

describe('mirrorOf', () => {
  it('is the mirror of the release, not of its security updates', () => {
    const sources = parseAptSources([{ name: 'a.sources', text: deb822 }])
    expect(mirrorOf(sources.toReversed())).toBe('http://mirror.test/debian')
    expect(mirrorOf([])).toBeUndefined()
  })
})

describe('downloadSettings', () => {
  it('keeps proxies and date checks only', () => {
    const dump = 'APT "";\nAcquire::http::Proxy "http://p:1";\nAcquire::Check-Date "false";\n'
    const kept = 'Acquire::http::Proxy "http://p:1";\nAcquire::Check-Date "false";\n'
    expect(downloadSettings(dump)).toBe(kept)
  })
})
