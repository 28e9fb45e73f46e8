import { describe, expect, it } from 'vitest'
import { parseRate } from './disks.ts'
import { matching } from './files.ts'
import { agentStorage, storageFor } from './storage.ts'

const files = ['b.log', 'a/b/c.db', 'a/.hidden', '.schism-ballast', 'B'].map((path) => ({
  path,
  bytes: 1,
}))
const paths = (glob: string) => matching(files, glob).map(({ path }) => path)

describe('a glob', () => {
  it('of everything means every file but our own, by path', () => {
    expect(paths('**/*')).toEqual(['B', 'a/.hidden', 'a/b/c.db', 'b.log'])
  })
  it('is relative to the data folder', () => {
    expect(paths('*')).toEqual(['B', 'b.log'])
    expect(paths('a/**/*.db')).toEqual(['a/b/c.db'])
    expect(paths('/b.log')).toEqual([])
  })
  it('never reaches our own files', () => {
    expect(paths('.schism-*')).toEqual([])
  })
})

describe('storage', () => {
  it('is what the neediest fault needs', () => {
    expect(storageFor({})).toBe('plain')
    expect(storageFor({ kill: ['processes'] })).toBe('plain')
    expect(storageFor({ bitflip: ['files', 'processes'] })).toBe('visible')
    expect(storageFor({ 'disk-slow': ['disk-rate'] })).toBe('visible')
    expect(storageFor({ bitflip: ['files'], 'disk-full': ['volume'] })).toBe('own')
  })
  it('takes no capability where no fault needs one', () => {
    expect(agentStorage('plain', new Map([['n1', 'v']]), {})).toEqual({ CapAdd: [] })
    expect(agentStorage('visible', new Map(), {}).CapAdd).not.toContain('MKNOD')
  })
})

describe('the rate that dd prints', () => {
  it('is bytes in a second', () => {
    expect(parseRate('131072 bytes (131 kB, 128 KiB) copied, 0.5 s, 262 kB/s\n')).toBe(262_144)
    expect(parseRate('8192 bytes (8.2 kB, 8.0 KiB) copied, 1e-3 s, 8 MB/s')).toBe(8_192_000)
  })
  it('is missing when it failed', () => {
    expect(() => parseRate("dd: failed to open '/x': Input/output error")).toThrow(/^dd said: dd:/)
  })
})
