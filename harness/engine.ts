/** Whether this machine can run clusters at all, asked before anything is started. */
import { dockerCluster } from './cluster/docker/docker.ts'
import { EnvironmentError } from './errors.ts'

/** Why no cluster can run here; undefined when one can. */
export const missing = async (): Promise<string | undefined> =>
  (await dockerCluster.support()).find(({ state }) => state === 'missing')?.says

/** @throws EnvironmentError that says what to do when no cluster can run here */
export const requireEngine = async (): Promise<void> => {
  const reason = await missing()
  if (reason !== undefined) throw new EnvironmentError(reason)
}
