import { describe, expect, it } from 'vitest'
import { clusterUnready, type Said, streamUnready } from './health.ts'

/** What a server says of the cluster and, if it has it, of the stream. */
const said = (
  name: string,
  meta: string | undefined,
  stream?: { readonly leader?: string; readonly current?: readonly string[] },
): Said => {
  const others = ['n1', 'n2', 'n3'].filter((other) => other !== name)
  const replicas = others.map((other) => ({
    name: other,
    current: stream?.current?.includes(other) ?? true,
  }))
  // The cluster's own name stands where a careless reader finds the server's.
  const cluster = { name: 'schism', replicas, ...(stream?.leader && { leader: stream.leader }) }
  return {
    name,
    state: {
      meta_cluster: { cluster_size: 3, ...(meta && { leader: meta }) },
      account_details: stream ? [{ stream_detail: [{ name: 'schism', cluster }] }] : [],
    },
  }
}

describe('a NATS cluster', () => {
  it('is ready when all name one leader', () => {
    expect(clusterUnready(['n1', 'n2', 'n3'].map((name) => said(name, 'n3')))).toBeUndefined()
  })

  it.each([
    [[said('n1', 'n3'), said('n2', undefined), said('n3', 'n3')], 'n2 knows no leader'],
    [[said('n1', 'n3'), said('n2', 'n3'), said('n3', 'n2')], 'n3 and n1 name different leaders'],
    [[said('n1', 'n3'), said('n2', 'n3')], 'n1 knows 3 of 2 servers'],
  ])('is not ready: $1', (states, reason) => {
    expect(clusterUnready(states)).toContain(reason)
  })
})

describe('a stream', () => {
  const views = (...leaders: readonly (string | undefined)[]): Said[] =>
    leaders.map((leader, n) => said(`n${n + 1}`, 'n1', leader === undefined ? {} : { leader }))

  it('is ready when its servers name one leader, who finds the others up to date', () => {
    expect(streamUnready(views('n2', 'n2', 'n2'))).toBeUndefined()
    expect(streamUnready([...views('n2', 'n2', 'n2'), said('n4', 'n1')])).toBeUndefined()
  })

  it.each([
    [[said('n1', 'n1'), said('n2', 'n1')], '0 of 3 servers have the stream'],
    [views(undefined, 'n2', 'n2'), 'n1 knows no leader of the stream'],
    [views('n2', 'n2', 'n3'), 'n3 and n1 name different leaders of the stream'],
    [
      [
        ...views('n2'),
        said('n2', 'n1', { leader: 'n2', current: ['n3'] }),
        views('n2', 'n2', 'n2')[2]!,
      ],
      'n2 finds 1 of 2 replicas up to date',
    ],
  ])('is not ready: $1', (states, reason) => {
    expect(streamUnready(states)).toContain(reason)
  })
})
