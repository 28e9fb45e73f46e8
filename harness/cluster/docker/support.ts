/**
 * Says what this machine's engine and kernel can do for the docker cluster, for `schism doctor` and
 * `schism list`. The quick questions need no container; what only a container can show is tried in
 * one, for which the agent's image must already be there.
 */
import { readFile } from 'node:fs/promises'
import { type Ability, abilities } from '../../capabilities/abilities.ts'
import { EnvironmentError } from '../../errors.ts'
import type { Support } from '../cluster.ts'
import { basic, can, tried } from './abilities.ts'
import { type Agent, startAgent } from './agent.ts'
import { imageId } from './base-image.ts'
import { agentStorage, type Storage } from './disks/storage.ts'
import { baseImage } from './dockerfile.ts'
import {
  attempt,
  describeEngine,
  type Engine,
  type EngineInfo,
  engineAddress,
  isLocal,
} from './engine.ts'
import { findAgentImage } from './images.ts'
import { labelsOfRun } from './labels.ts'

/**
 * Clients and probes use the containers' own addresses. @throws EnvironmentError when they cannot
 */
export const refuseRemote = (info: EngineInfo): void => {
  if (isLocal() && !info.system.includes('Docker Desktop')) return
  throw new EnvironmentError(
    `the engine at ${engineAddress()} (${info.system}) runs on another machine or in a virtual ` +
      "one, where containers' addresses cannot be reached: use an engine on this machine's own Linux",
  )
}

export const support = async (engine: Engine): Promise<readonly Support[]> => {
  let info: EngineInfo
  try {
    info = await describeEngine(engine)
    refuseRemote(info)
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    return [{ name: 'engine', state: 'missing', says: error.message }]
  }
  const kernel = `kernel ${info.kernel}, cgroup ${info.cgroup}`
  const says = `Docker ${info.version} at ${engineAddress()}, ${kernel}`
  const baseId = await imageId(engine, baseImage)
  const agentImage = baseId === undefined ? undefined : await findAgentImage(engine, baseId)
  return [
    { name: 'engine', state: 'ok', says },
    {
      name: 'images',
      state: 'ok',
      says:
        agentImage === undefined
          ? 'the base and agent images are not built yet: the first run does it, in about a minute'
          : 'the base and agent images are built',
    },
    await ipv6Support(),
    ...(agentImage === undefined ? [] : await tryAbilities(engine, agentImage)),
  ]
}

const ipv6Support = async (): Promise<Support> => {
  const isThere = (await readFile('/proc/net/if_inet6', 'utf8').catch(() => '')) !== ''
  return isThere
    ? { name: 'ipv6', state: 'ok', says: 'the kernel has IPv6: nodes get both families' }
    : { name: 'ipv6', state: 'limited', says: 'the kernel has no IPv6: nodes get IPv4 only' }
}

/** Starts an agent as a run would, and lets it try every ability. */
const tryAbilities = async (engine: Engine, image: string): Promise<readonly Support[]> => {
  const name = `schism-doctor-${process.pid}-agent`
  const labels = labelsOfRun('doctor')
  const begin = (kind: Storage) =>
    startAgent(engine, { name, image, labels, storage: agentStorage(kind, new Map(), labels) })
  let agent: Agent
  try {
    // What only disk faults need may be refused where everything else is not.
    agent = await begin('own').catch(async () => {
      await removeDoctor(engine, name)
      return begin('plain')
    })
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    await removeDoctor(engine, name)
    // The engine refuses the container itself, most often for a capability it does not have.
    return [{ name: 'capabilities', state: 'missing', says: error.message }]
  }
  try {
    return await Promise.all(tried.map((ability) => supportOf(ability, agent)))
  } finally {
    agent.close()
    await removeDoctor(engine, name)
  }
}

const supportOf = async (ability: Ability, agent: Agent): Promise<Support> => {
  const answer = await can(ability, { agent })
  if (answer === true) return { name: ability, state: 'ok', says: abilities[ability] }
  const state = basic.includes(ability) ? 'missing' : 'limited'
  return { name: ability, state, says: `this machine cannot: ${abilities[ability]}: ${answer}` }
}

const removeDoctor = (engine: Engine, name: string) =>
  attempt(`remove ${name}`, () => engine.getContainer(name).remove({ force: true, v: true }), [404])
