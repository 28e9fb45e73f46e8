/**
 * Copies pieces of a file in the data folder over other places of the same file, as a disk or file system
 * does that writes to the wrong address: what is found there is well-formed, and old or foreign. Pieces that
 * hold the same are drawn again. Copies stay: healing means that no more are made. Evidence: the place read
 * back right after holds the piece.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Damage,
  type DamageDone,
  type DataFile,
  damageEach,
  damageFields,
  type Fault,
  filesToDamage,
  onFiles,
  overwrite,
  planDamage,
  type Random,
  random,
} from '../harness/api.ts'

const schema = z.strictObject({
  ...damageFields,
  /** Copies, in each node. */
  chunks: z.int().min(1).max(100),
  /** The length of a piece, at most half of its file. */
  bytes: z.int().min(1).max(32_768),
})
type CopyChunkPlan = z.output<typeof schema>

/** How often a copy is drawn anew before there are taken to be no two pieces that differ. */
const TRIES = 50

export default {
  summary: 'copies pieces of data files over other places of the same file, for good',
  schema,
  ...onFiles<CopyChunkPlan>(),
  evidence: 'every place read back right after holds the piece that was copied there',
  plan: (topology, draw) =>
    planDamage(topology, draw, () => ({
      chunks: draw.int(1, 5),
      bytes: draw.pick([512, 4096, 16_384]),
    })),
  inject: (cluster, plan) => damageEach(cluster, plan, copyIn),
} satisfies Fault<CopyChunkPlan, DamageDone>

const copyIn = async (
  cluster: Cluster,
  node: string,
  { glob, seed, chunks, bytes }: CopyChunkPlan,
): Promise<readonly Damage[]> => {
  const files = (await filesToDamage(cluster, node, glob)).filter((file) => file.bytes >= 2)
  const draw = random(seed).fork(node)
  const damage: Damage[] = []
  for (let tries = 0; damage.length < chunks && tries < chunks * TRIES; tries++) {
    const copied = files.length === 0 ? [] : await copyOne(cluster, node, files, bytes, draw)
    damage.push(...copied)
  }
  if (damage.length > 0) return damage
  throw new Error(`no file that matches ${JSON.stringify(glob)} in ${node} has pieces that differ`)
}

/** Nothing when both places hold the same, or the file has become shorter. */
const copyOne = async (
  cluster: Cluster,
  node: string,
  files: readonly DataFile[],
  most: number,
  draw: Random,
): Promise<readonly Damage[]> => {
  const file = draw.pick(files)
  const bytes = Math.min(most, Math.floor(file.bytes / 2))
  const from = draw.int(0, file.bytes - bytes)
  const at = draw.int(0, file.bytes - bytes)
  const { path } = file
  const [piece, was] = await cluster.disks!.read(node, [
    { path, at: from, bytes },
    { path, at, bytes },
  ])
  if (piece!.length < bytes || was!.length < bytes || piece!.equals(was!)) return []
  return overwrite(cluster, node, [{ path, at, was: was!, content: piece! }])
}
