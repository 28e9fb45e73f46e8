/** How a container starts that runs a reference system's program. */
import type { System } from '../api.ts'
import { bundleProgram } from './bundle.ts'
import type { NodeArguments } from './main.ts'
import { PORT } from './wire.ts'

const PROGRAM = '/opt/schism/node.mjs'
const DATA_FOLDER = '/data'

/** @param system the file that exports the system by default */
export const programSpec =
  (system: string): System['spec'] =>
  (node, peers, options) => {
    const given: NodeArguments = { node, peers, options, folder: DATA_FOLDER, port: PORT }
    return {
      argv: ['node', PROGRAM, JSON.stringify(given)],
      files: { [PROGRAM]: bundleProgram(system) },
      dataFolder: DATA_FOLDER,
    }
  }
