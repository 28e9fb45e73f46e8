/** How a reference system runs in containers: its own program, one process of Node in each. */
import { bundleProgram, type System } from '../../harness/api.ts'

const PROGRAM = '/opt/schism/node.mjs'
const DATA_FOLDER = '/data'

/** The image that `inContainer` needs. */
export const image: System['image'] = { packages: ['nodejs'] }

/** @param index the system's own file: `import.meta.filename` */
export const inContainer =
  (index: string): System['spec'] =>
  (node, peers, options) => ({
    argv: ['node', PROGRAM, JSON.stringify({ node, peers, options, folder: DATA_FOLDER })],
    files: { [PROGRAM]: bundleProgram(index) },
    dataFolder: DATA_FOLDER,
  })
