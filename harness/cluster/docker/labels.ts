/**
 * Everything a run creates carries three labels: its run, the host and the controller that owns it.
 * A controller is a process id with its start time, so that a later process with the same id is not
 * taken for a live owner; that is how `schism clean` tells what a killed run left from what another
 * run uses.
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export const labelOf = {
  run: 'schism.run',
  host: 'schism.host',
  controller: 'schism.controller',
  /** The member that a container or volume belongs to. */
  member: 'schism.member',
  /**
   * Nodes with file systems of their own, and the agent that may have frozen them: the image of a helper that
   * can thaw them.
   */
  disks: 'schism.disks',
} as const

export type Labels = Readonly<Record<string, string>>

/** The labels of everything that this process creates for a run. */
export const labelsOfRun = (runId: string): Labels => ({
  [labelOf.run]: runId,
  [labelOf.host]: hostname(),
  [labelOf.controller]: ownController(),
})

/** This process as `<pid>:<start time in clock ticks since boot>`. */
export const ownController = (): string => `${process.pid}:${startTime(process.pid) ?? '0'}`

/** Whether the process that a controller label names still runs on this machine. */
export const isAlive = (controller: string): boolean => {
  const [pid = '', start = ''] = controller.split(':')
  if (!/^\d+$/.test(pid)) return false
  const current = startTime(Number(pid))
  if (current !== undefined) return current === start
  return start === '0' && signalReaches(Number(pid))
}

/** Field 22 of /proc/PID/stat; undefined where there is no such process, or no /proc. */
const startTime = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name stands in parentheses and may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** For machines without /proc, where no start time is known. */
const signalReaches = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
