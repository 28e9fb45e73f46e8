import { expect, it } from 'vitest'
import { parseReadings } from './cgroups.ts'

it('numbers of control groups are read by file and name, in both versions', () => {
  const text = [
    'cpu cpu.cfs_quota_us 5000',
    'cpu cpu.stat nr_throttled 3',
    'memory memory.stat total_inactive_file 4096',
    'unified cpu.max 2000 100000',
    'unified memory.max max',
    'unified memory.events oom_kill 1',
    '',
  ].join('\n')
  expect([...parseReadings(text)]).toEqual([
    ['cpu.cfs_quota_us', 5000],
    ['cpu.stat nr_throttled', 3],
    ['memory.stat total_inactive_file', 4096],
    ['cpu.max 2000', 100000],
    ['memory.events oom_kill', 1],
  ])
})
