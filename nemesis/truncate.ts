/**
 * Cuts bytes off the ends of files in the data folder, as a file system does that lost the last writes but
 * kept the file. A running node that appends goes on at the new end, or leaves a hole, as its way of writing
 * has it. What was cut off stays so: healing means that nothing more is. Evidence: the kernel's length of
 * the file right after.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Damage,
  type DamageDone,
  damageEach,
  damageFields,
  type Fault,
  filesToDamage,
  fingerprint,
  onFiles,
  planDamage,
  random,
} from '../harness/api.ts'

const schema = z.strictObject({
  ...damageFields,
  /** Files, in each node; fewer where fewer match. */
  files: z.int().min(1).max(1000),
  /** Bytes that a file may lose at most. */
  bytes: z.int().min(1).max(65_536),
})
type TruncatePlan = z.output<typeof schema>

export default {
  summary: 'cuts bytes off the ends of files of the data folder, for good',
  schema,
  ...onFiles<TruncatePlan>(),
  evidence: 'the kernel says the planned length of every file right after',
  plan: (topology, draw) =>
    planDamage(topology, draw, () => ({
      files: draw.int(1, 3),
      bytes: draw.pick([64, 1024, 16_384]),
    })),
  inject: (cluster, plan) => damageEach(cluster, plan, cutIn),
} satisfies Fault<TruncatePlan, DamageDone>

const cutIn = async (
  cluster: Cluster,
  node: string,
  { glob, seed, files, bytes }: TruncatePlan,
): Promise<readonly Damage[]> => {
  const draw = random(seed).fork(node)
  const chosen = draw.shuffle(await filesToDamage(cluster, node, glob)).slice(0, files)
  const places = chosen.map(({ path, bytes: length }) => {
    const cut = draw.int(1, Math.min(bytes, length))
    return { path, at: length - cut, bytes: cut }
  })
  const found = await cluster.disks!.read(node, places)
  const damage = places.map(async ({ path, at, bytes }, place): Promise<Damage[]> => {
    const length = await cluster.disks!.truncate(node, path, at)
    // Its own node has removed or shortened it meanwhile.
    if (length === undefined) return []
    return [{ node, path, at, bytes, was: fingerprint(found[place]!), is: '', took: length === at }]
  })
  return (await Promise.all(damage)).flat()
}
