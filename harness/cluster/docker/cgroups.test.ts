import { expect, it } from 'vitest'
import { parseReadings } from './cgroups.ts'
import { cpuUse } from './resources.ts'

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

it.each([
  ['cpu cpu.cfs_quota_us 5000\ncpu cpu.cfs_period_us 100000\ncpu cpu.stat nr_throttled 3', 0.05],
  ['unified cpu.max 2000 1000000\nunified cpu.stat nr_throttled 3', 0.002],
  ['cpu cpu.cfs_quota_us -1\ncpu cpu.cfs_period_us 100000\ncpu cpu.stat nr_throttled 3', undefined],
  ['unified cpu.max max 100000\nunified cpu.stat nr_throttled 3', undefined],
])('a limit of processor time is read from %j', (text, cores) => {
  const limit = cores === undefined ? {} : { limitCores: cores }
  expect(cpuUse(parseReadings(text))).toEqual({ throttled: 3, ...limit })
})
