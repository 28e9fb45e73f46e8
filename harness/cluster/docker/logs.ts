/**
 * A node's output, as the engine kept it: over all its restarts, also when it is killed. The engine
 * sends both streams in frames of an 8-byte header (stream, 3 zeros, length) and a payload.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt, type Engine } from './engine.ts'
import type { DockerNode } from './node.ts'

/** Writes `<node>.log` for each node. */
export const saveLogs = async (
  engine: Engine,
  nodes: readonly DockerNode[],
  folder: string,
): Promise<void> => {
  await mkdir(folder, { recursive: true })
  await Promise.all(
    nodes.map(async (node) => {
      await writeFile(join(folder, `${node.name}.log`), await readLog(engine, node, {}))
    }),
  )
}

/** The last lines that a node printed, without times. */
export const lastLines = async (
  engine: Engine,
  node: DockerNode,
  lines: number,
): Promise<readonly string[]> => {
  const log = await readLog(engine, node, { tail: lines, timestamps: false })
  return log
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
}

const readLog = (
  engine: Engine,
  node: DockerNode,
  options: { readonly tail?: number; readonly timestamps?: boolean },
): Promise<Buffer> =>
  attempt(`read the log of ${node.name}`, async () =>
    joinFrames(
      await engine
        .getContainer(node.container)
        .logs({ stdout: true, stderr: true, timestamps: true, follow: false, ...options }),
    ),
  )

/** The payloads of all frames in the order they came; a truncated last frame gives what it has. */
export const joinFrames = (framed: Buffer): Buffer => {
  const payloads: Buffer[] = []
  for (let at = 0; at + 8 <= framed.length; ) {
    const end = at + 8 + framed.readUInt32BE(at + 4)
    payloads.push(framed.subarray(at + 8, end))
    at = end
  }
  return Buffer.concat(payloads)
}
