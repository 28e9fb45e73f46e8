import { describe, expect, it } from 'vitest'
import { parseMode, unready } from './health.ts'

const said = (...modes: readonly (string | undefined)[]) =>
  modes.map((mode, n) => ({ name: `z${n + 1}`, mode }))

describe('an ensemble of ZooKeeper', () => {
  it('is ready when one leads and the others follow', () => {
    expect(unready(said('follower', 'leader', 'follower'))).toBeUndefined()
  })

  it.each([
    [said('follower', undefined, 'leader'), 'z2 neither leads nor follows'],
    [said('follower', 'follower', 'follower'), 'nobody leads'],
    [said('leader', 'follower', 'leader'), 'z1, z3 leads'],
    [said('leader', 'follower', 'observer'), 'the mode of z3 is observer'],
  ])('is not ready: $1', (states, reason) => {
    expect(unready(states)).toBe(reason)
  })
})

describe('the answer to srvr', () => {
  it('names the mode', () => {
    expect(parseMode('Zookeeper version: 3.8.0\nLatency: 0\nMode: leader\nNode count: 7\n')).toBe(
      'leader',
    )
  })

  it('names none while the server serves nobody', () => {
    expect(parseMode('This ZooKeeper instance is not currently serving requests\n')).toBeUndefined()
    expect(parseMode('')).toBeUndefined()
  })
})
