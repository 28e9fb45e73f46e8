/**
 * What a reference system's container runs: one node, as its arguments tell. The bundle that goes into the
 * container calls it with the system's program.
 */
import type { OptionValues, Peer, System } from '../api.ts'
import { NodeProcess } from './world.ts'

/** The container's one argument, as JSON. */
export interface NodeArguments {
  readonly node: Peer
  readonly peers: readonly Peer[]
  readonly options: OptionValues
  readonly folder: string
  /** Where nodes listen. */
  readonly port: number
}

export const runNode = (programOf: NonNullable<System['program']>): void => {
  const { node, peers, options, folder, port } = JSON.parse(process.argv[2]!) as NodeArguments
  const running = new NodeProcess({
    self: node.name,
    nodes: peers.map(({ name, address }) => ({ name, host: address, port })),
    folder,
    start: programOf(node, peers, options),
    print: (line) => console.log(line),
  })
  // Nobody else ends the first process of a container when it is asked to end.
  process.on('SIGTERM', () => running.stop())
}
