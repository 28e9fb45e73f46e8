import { describe, expect, test } from 'vitest'
import type { Cluster } from './api.ts'
import { filesToDamage, fingerprint, refuseDamage, takeAim } from './damage.ts'
import { testCluster, testTopology } from './testing/faults.ts'

describe('damage is refused', () => {
  const refused = (targets: Parameters<typeof refuseDamage>[0]['targets'], size = 5) =>
    refuseDamage({ targets }, testTopology(size))

  test('on more than a minority', () => {
    expect(refused(['n1', 'n2', 'n3'])).toBe(
      'would damage 3 of 5 nodes, more than a minority: choose fewer, or say "force": true',
    )
    expect(refused('all')).toMatch('5 of 5')
    expect(refused('majority')).toMatch('3 of 5')
    expect(refused('followers')).toMatch('4 of 5')
    expect(refused('server')).toMatch('5 of 5')
    expect(refused({ role: 'server', pick: 'majority' })).toMatch('3 of 5')
  })
  test('not on a minority, nor on the only node', () => {
    expect(refused(['n1', 'n2'])).toBeUndefined()
    for (const word of ['one', 'minority', 'primary', 'leader'])
      expect(refused(word)).toBeUndefined()
    expect(refused({ role: 'server', pick: 'one' })).toBeUndefined()
    expect(refused('all', 1)).toBeUndefined()
  })
  test('not when forced', () => {
    expect(refuseDamage({ targets: 'all', force: true }, testTopology(5))).toBeUndefined()
  })
  test('also when it turns out at the moment', async () => {
    const plan = { targets: ['n1', 'n2'], glob: '*', seed: 1 }
    await expect(takeAim(testCluster(3), plan)).rejects.toThrow('would damage 2 of 3 nodes')
    expect(await takeAim(testCluster(3), { ...plan, force: true })).toEqual(['n1', 'n2'])
  })
})

test('a glob that matches nothing names what there is', async () => {
  const list = async (_: string, glob: string) =>
    glob === '**/*' ? [{ path: 'wal/0.wal', bytes: 8 }] : []
  const cluster = { ...testCluster(3), disks: { list } } as unknown as Cluster
  await expect(filesToDamage(cluster, 'n1', '*.db')).rejects.toThrow(
    'no file with content matches "*.db" in the data folder of n1: it has 1 files, such as wal/0.wal',
  )
})

test('a fingerprint is the content itself as long as that is short', () => {
  expect(fingerprint(Buffer.from([0, 255]))).toBe('00ff')
  expect(fingerprint(Buffer.alloc(17))).toMatch(/^sha256:[0-9a-f]{16}$/)
})
