/**
 * Whether clocks can be shifted here, found out on a process of the agent's own: it is put an hour ahead, must
 * say so itself, and right again.
 */
import { wallTime } from '../../../clock.ts'
import { EnvironmentError, messageOf } from '../../../errors.ts'
import type { Agent } from '../agent.ts'
import { vdsoPatch } from './image.ts'
import { Installer } from './installer.ts'
import { changed, type NodeSkews, unskewed } from './skews.ts'

const NAME = 'schism-clock'
const HOUR_MS = 3_600_000

/** Says the time every 20 ms, for 5 s at most, and keeps the last one said. */
const program = [
  `$0 = "${NAME}";`,
  'for (1 .. 250) { open(my $file, ">", "/tmp/clock.new"); print $file time; close $file;',
  'rename "/tmp/clock.new", "/tmp/clock"; select(undef, undef, undef, 0.02) }',
].join(' ')

const tried = new WeakMap<Agent, Promise<true | string>>()

/** True, or what is missing; found out once for an agent. */
export const tryClock = (agent: Agent): Promise<true | string> => {
  const answer = tried.get(agent) ?? attempt(agent)
  tried.set(agent, answer)
  return answer
}

const attempt = async (agent: Agent): Promise<true | string> => {
  let pid = ''
  try {
    const groups = await agent.run(['cat', '/proc/self/cgroup'])
    // The last one of a path: engines may run inside each other.
    const container = /.*([0-9a-f]{64})/.exec(groups)?.[1]
    if (container === undefined) return 'the agent does not find its own control group'
    const installer = new Installer(agent.memory, vdsoPatch(await agent.memory.vdso()))
    const background = `perl -e '${program}' </dev/null >/dev/null 2>&1 & echo $!`
    pid = (await agent.run(['sh', '-c', background])).trim()
    const since = { wall: 0n, monotonic: 0n }
    const skew = { kind: 'jump', ms: HOUR_MS } as const
    const ahead = changed(unskewed, 'jump', { skew, scope: { process: NAME }, since })
    const put = (skews: NodeSkews) => installer.converge([{ node: 'the agent', container, skews }])
    await says(agent, 0, async () => {})
    await says(agent, HOUR_MS, () => put(ahead))
    await says(agent, 0, () => put(changed(ahead, 'jump', undefined)))
    return true
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    return messageOf(error)
  } finally {
    if (pid !== '') await agent.run(['sh', '-c', `kill ${pid} || true`]).catch(() => {})
  }
}

/** Returns when the process says what it should. */
const says = async (agent: Agent, aheadMs: number, put: () => Promise<void>): Promise<void> => {
  let offsetMs = Number.NaN
  for (let tries = 0; tries < 25; tries++) {
    await put()
    await new Promise((resolve) => setTimeout(resolve, 40))
    const said = await agent.run(['sh', '-c', 'cat /tmp/clock || true'])
    offsetMs = said === '' ? Number.NaN : Number(said) * 1000 - wallTime().getTime()
    if (Math.abs(offsetMs - aheadMs) < 3000) return
  }
  throw new EnvironmentError(
    `a process that was put ${aheadMs} ms ahead says that it is ${offsetMs} ms ahead`,
  )
}
