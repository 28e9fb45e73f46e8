/** For tests of clients against a server of the test's own: a cluster of one node on loopback. */
import type { ClientContext, ClusterNode, OptionValues } from '../api.ts'

/** A client's surroundings where the one node listens on `port`, whatever port is asked for. */
export const onLoopback = (port: number, options: OptionValues = {}): ClientContext => {
  const node: ClusterNode = {
    name: 'n1',
    role: 'server',
    serves: true,
    address: '127.0.0.1',
    endpoint: () => ({ host: '127.0.0.1', port }),
  }
  return { cluster: clusterOf([node]), node, options }
}

/** A cluster that has these nodes and can do nothing. */
export const clusterOf = (nodes: readonly ClusterNode[]): ClientContext['cluster'] => ({
  nodes,
  uptimeMs: () => 0,
  sleep: async () => {},
  exec: () => Promise.reject(new Error('no container')),
  primaries: () => Promise.resolve([]),
})
