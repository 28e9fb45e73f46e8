/** Tries in the agent's container whether file systems of our own can be had and be made to forget. */
import { messageOf } from '../../../errors.ts'
import type { Agent } from '../agent.ts'
import { powerProgram } from './programs.ts'
import { mountNew, mountOptions } from './storage.ts'

/** True, or what is missing. Leaves nothing: an agent that dies midway takes all of it along. */
export const tryVolume = async (agent: Agent): Promise<true | string> => {
  const folder = '/tmp/schism-trial'
  const clean = `umount ${folder}; rm -rf ${folder} ${folder}.img`
  try {
    const device = await mountNew(agent, folder, '16M')
    const said = await agent.run(['perl', '-e', powerProgram, 'lose', mountOptions, folder, device])
    if (said.startsWith('1 1 ')) return true
    return 'an ext4 that is shut down keeps what was not synced, or loses what was'
  } catch (error) {
    return `no ext4 on a loop device (modprobe loop; a rootless engine cannot): ${messageOf(error)}`
  } finally {
    await agent.run(['sh', '-c', clean]).catch(() => {})
  }
}
