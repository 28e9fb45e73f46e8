/**
 * Which abilities this machine's kernel and engine have, each found out by trying it in the agent's
 * container, in namespaces of its own, so that nothing is left. A refusal says what is missing and, where
 * somebody can do something about it, what.
 */

import type { System } from '../../api.ts'
import type { Ability } from '../../capabilities/abilities.ts'
import { EnvironmentError } from '../../errors.ts'
import type { Agent } from './agent.ts'
import { tryClock } from './clocks/trial.ts'
import { tryVolume } from './disks/trial.ts'
import { trafficTrials } from './traffic/trial.ts'

export interface TrialContext {
  readonly agent: Agent
  /** Absent where nobody asks about a system: `schism doctor`. */
  readonly system?: System
}

/** True, or what is missing. */
type Trial = (context: TrialContext) => Promise<true | string>

/** Tries a shell command in a network namespace of its own; its failure means the refusal. */
const inNamespace =
  (command: string, refusal: string): Trial =>
  ({ agent }) =>
    agent.run(['unshare', '-n', 'sh', '-c', `ip link set lo up && ${command}`]).then(
      () => true,
      () => refusal,
    )

const inAgent =
  (command: string, refusal: string): Trial =>
  ({ agent }) =>
    agent.run(['sh', '-c', command]).then(
      () => true,
      () => refusal,
    )

const always: Trial = async () => true

const changesMembers: Trial = async ({ system }) =>
  system === undefined || system.membership !== undefined
    ? true
    : 'the system cannot add or remove nodes while it serves'

const trials: Partial<Readonly<Record<Ability, Trial>>> = {
  partition: inNamespace('nft add table inet schism', 'nf_tables is missing (modprobe nf_tables)'),
  ...trafficTrials,
  processes: always,
  signals: always,
  freezer: inAgent(
    'test -d /host/cgroup/freezer -o -f /host/cgroup/cgroup.controllers',
    'no freezer control group is mounted (install cgroupfs-mount)',
  ),
  cpu: inAgent(
    'test -e /host/cgroup/cpu/cpu.cfs_quota_us -o -e /host/cgroup/cpu,cpuacct/cpu.cfs_quota_us || grep -qw cpu /host/cgroup/cgroup.controllers',
    'no control group limits processor time (CONFIG_CFS_BANDWIDTH)',
  ),
  memory: inAgent(
    'test -e /host/cgroup/memory/memory.limit_in_bytes || grep -qw memory /host/cgroup/cgroup.controllers',
    'no control group limits memory (boot with cgroup_enable=memory)',
  ),
  clock: ({ agent }) => tryClock(agent),
  files: always,
  volume: ({ agent }) => tryVolume(agent),
  'disk-rate': inAgent(
    'test -e /host/cgroup/blkio/blkio.throttle.write_bps_device || grep -qw io /host/cgroup/cgroup.controllers',
    'no control group limits disks (CONFIG_BLK_DEV_THROTTLING)',
  ),
  membership: changesMembers,
  spare: changesMembers,
  fds: inAgent('prlimit --pid $$ --nofile=100:', 'prlimit is refused'),
}

/** The abilities that every kind of run may want; without them `schism doctor` calls a machine unfit. */
export const basic: readonly Ability[] = ['partition', 'processes', 'freezer']

/** Those that can be tried here. */
export const tried = Object.keys(trials) as readonly Ability[]

/** Tries one ability. */
export const can = (ability: Ability, context: TrialContext): Promise<true | string> =>
  trials[ability]?.(context) ?? Promise.resolve('not built for containers')

/**
 * Returns when the machine has everything. @param needs fault → abilities
 * @throws EnvironmentError that names the first fault which cannot be installed, and why
 */
export const refuseMissing = async (
  needs: Readonly<Record<string, readonly Ability[]>>,
  context: TrialContext,
): Promise<void> => {
  // Each once, whoever needs it.
  const wanted = new Map<Ability, string>()
  for (const [fault, list] of Object.entries(needs))
    for (const ability of list) if (!wanted.has(ability)) wanted.set(ability, fault)
  await Promise.all(
    [...wanted].map(async ([ability, fault]) => {
      const answer = await can(ability, context)
      if (answer !== true)
        throw new EnvironmentError(`fault ${fault}: this machine cannot (${ability}): ${answer}`)
    }),
  )
}
