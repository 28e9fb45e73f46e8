/**
 * What `.ci/run` plays with `schism ci`: every past finding again, the correct build of every reference system with
 * faults, and in containers a known answer and a system that keeps its promise.
 */
import type { CiOptions } from './harness/api.ts'

const reference = [
  'aurora',
  'broadcast',
  'chain',
  'crdt',
  'dynamo',
  'fault-tolerant-pair',
  'lamport',
  'leases',
  'multi-paxos',
  'primary-backup',
  'raft',
  'spanner',
  'transactional-store',
]

export default {
  findings: 'results/findings',
  runs: [
    { system: reference, faults: ['partition', 'kill,pause'], timeLimit: '5s', cluster: 'sim' },
    {
      system: 'dynamo',
      options: { bug: 'DY1' },
      timeLimit: '6s',
      rate: 300,
      cluster: 'docker',
      expect: 'violation',
    },
    {
      system: 'etcd',
      workload: 'register',
      faults: 'partition',
      nodes: 3,
      timeLimit: '15s',
      cluster: 'docker',
    },
  ],
} satisfies CiOptions
