/**
 * The data folders of nodes that do not run, reached through a helper container that mounts what the node
 * mounts: so the agent needs no way into the engine's folders, and it is all the same on what kind of
 * volume the data lies. The helper lives for one command and carries the run's labels.
 */
import { EnvironmentError } from '../../errors.ts'
import { attempt, type Engine } from './engine.ts'
import { joinFrames } from './logs.ts'
import type { DockerNode } from './node.ts'

/** Removes everything in the folder, and not the folder: its owner and mode are the image's. */
export const wipeData = async (engine: Engine, node: DockerNode): Promise<void> => {
  await besideNode(engine, node, ['find', dataOf(node), ...withoutItself, '-delete'])
}

export const isDataEmpty = async (engine: Engine, node: DockerNode): Promise<boolean> =>
  (await besideNode(engine, node, ['find', dataOf(node), ...withoutItself, '-print'])) === ''

const dataOf = ({ name, dataFolder }: DockerNode): string => {
  if (dataFolder !== undefined) return dataFolder
  throw new EnvironmentError(`${name} has no data folder: no volume is its own`)
}

/** A file system's own lost+found is no data. */
const withoutItself = ['-mindepth', '1', '-not', '-path', '*/lost+found']

const besideNode = async (
  engine: Engine,
  node: DockerNode,
  argv: readonly string[],
): Promise<string> => {
  const what = `run ${argv[0]} on the data of ${node.name}`
  const container = await attempt(what, () =>
    engine.createContainer({
      Image: node.helperImage,
      Cmd: [...argv],
      Labels: { ...node.labels },
      HostConfig: { NetworkMode: 'none', VolumesFrom: [node.container] },
    }),
  )
  try {
    return await attempt(what, async () => {
      await container.start()
      const { StatusCode } = (await container.wait()) as { StatusCode: number }
      const logs = await container.logs({ stdout: true, stderr: true, follow: false })
      const said = joinFrames(logs).toString('utf8')
      if (StatusCode === 0) return said
      throw new EnvironmentError(`cannot ${what}: ${said.trim().replaceAll(/\s*\n\s*/g, '; ')}`)
    })
  } finally {
    await attempt(
      `remove the helper of ${node.name}`,
      () => container.remove({ force: true }),
      [404, 409],
    )
  }
}
