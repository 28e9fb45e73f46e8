/** For tests of clients against a server of the test's own: a cluster of one node on loopback. */
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Call, Client, ClientContext, ClusterNode, OptionValues } from '../api.ts'

/** A test's own server, one at a time, with all connections to it. */
export class Loopback {
  /** The connections so far, until it is stopped. */
  readonly sockets = new Set<Socket>()
  private server: Server | undefined

  /** Lets a server listen on a free port. @returns the port */
  async listen(server: Server): Promise<number> {
    this.server = server
    server.on('connection', (socket) => {
      this.sockets.add(socket)
      socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }

  /** Ends the server and its connections, if there are any. */
  async stop(): Promise<void> {
    const { server } = this
    this.server = undefined
    for (const socket of this.sockets) socket.destroy()
    this.sockets.clear()
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()))
  }
}

const never = new AbortController().signal

/** What a call fails with. @throws when it completes */
export const failureOf = async <C extends Call>(
  client: Client<C>,
  call: C,
  signal: AbortSignal = never,
): Promise<unknown> => {
  let value: unknown
  try {
    value = await client.invoke(call, signal)
  } catch (error) {
    return error
  }
  throw new Error(`completed with ${String(value)}`)
}

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
