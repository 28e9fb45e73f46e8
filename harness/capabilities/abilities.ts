/**
 * What faults may need of a cluster. Which of it this machine, its kernel and its engine can do is found
 * out before anything of the tested system starts, so that a fault that cannot be installed is refused
 * in one line instead of failing in the middle of a run.
 */

/** Ability → what it means, for `schism doctor` and the documentation. */
export const abilities = {
  /** Packets between nodes can be dropped by rules. */
  partition: 'nftables rules in the nodes’ network namespaces',
  /** Packets between nodes can be held back and all let go at once. */
  hold: 'packets held in a queue of the kernel and released together',
  loss: 'random loss of packets',
  delay: 'packets delayed, with jitter',
  duplicate: 'packets sent twice',
  reorder: 'packets that overtake each other',
  corrupt: 'packets with a wrong byte',
  rate: 'a limit on the rate of a link',
  reset: 'connections cut with a reset',
  processes: 'nodes killed and started again',
  signals: 'signals sent to single processes of a node',
  freezer: 'nodes frozen by their control group',
  clock: 'the wall clock of single processes shifted in their vDSO',
  files: 'files of a node’s data folder read and changed from outside',
  volume: 'data folders on file systems of their own, whose unsynced writes can be lost',
  'disk-rate': 'a limit on the rate of a node’s disk',
  cpu: 'a limit on a node’s processor time',
  memory: 'a limit on a node’s memory',
  fds: 'a limit on a process’ open files',
  membership: 'nodes added to and removed from the tested system',
  spare: 'a node beyond the cluster’s own, which can be added',
} as const
export type Ability = keyof typeof abilities
