/** What a write of our own to the data folders of some nodes says of their disks. */
import type { Cluster } from './api.ts'
import type { DiskAnswer } from './capabilities/disks.ts'

/** The nodes on which a write has one of the answers. */
export const disksThatAnswer = async (
  cluster: Cluster,
  names: readonly string[],
  wanted: readonly DiskAnswer[],
): Promise<readonly string[]> => {
  const answers = await Promise.all(names.map((name) => cluster.disks!.probe(name)))
  return names.filter((_, place) => wanted.includes(answers[place]!))
}
