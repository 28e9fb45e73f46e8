/**
 * The time by the leader's clock, which stamps every write; a follower's is seen nowhere. It is asked with a
 * znode of its own, beside those of the workloads.
 */
import type { Cluster, ClusterNode, WallTime } from '../../harness/api.ts'
import { modeOf } from './health.ts'
import { Session, ZooKeeperError } from './session.ts'
import { create, NO_NODE, setData } from './tree.ts'

const PATH = '/time'

export const wallTime = async (
  node: ClusterNode,
  _cluster: Cluster,
  signal: AbortSignal,
): Promise<WallTime | undefined> => {
  if ((await modeOf(node, signal)) !== 'leader') return undefined
  const session = await Session.open(node)
  const stop = (): void => session.abort()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return { ms: await written(session), withinMs: 1 }
  } finally {
    signal.removeEventListener('abort', stop)
    session.close()
  }
}

const written = async (session: Session): Promise<number> => {
  try {
    return await setData(session, PATH, '')
  } catch (error) {
    if (!(error instanceof ZooKeeperError && error.code === NO_NODE)) throw error
    await create(session, PATH, '')
    return setData(session, PATH, '')
  }
}
