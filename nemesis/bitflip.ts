/**
 * Flips single bits in files of the data folder, as decaying disks, bad cables and bad memory do. A bit is
 * drawn evenly over the bytes of all files that match. A running node sees it at its next read of the place
 * from the file, which a cache of its own may put off; `killFirst` makes sure. Flipped bits stay: healing
 * means that no more are flipped. Evidence: the byte read back right after differs in that bit.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Damage,
  type DamageDone,
  type DataFile,
  type DataPlace,
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
  /** Bits, in each node; never two in one byte. */
  flips: z.int().min(1).max(1000),
})
type BitflipPlan = z.output<typeof schema>

export default {
  summary: 'flips bits in files of the data folder, for good',
  schema,
  ...onFiles<BitflipPlan>(),
  evidence: 'every byte read back right after differs in the planned bit',
  plan: (topology, draw) =>
    planDamage(topology, draw, () => ({
      flips: draw.int(1, 50),
    })),
  inject: (cluster, plan) => damageEach(cluster, plan, flipIn),
} satisfies Fault<BitflipPlan, DamageDone>

const flipIn = async (
  cluster: Cluster,
  node: string,
  { glob, seed, flips }: BitflipPlan,
): Promise<readonly Damage[]> => {
  const files = await filesToDamage(cluster, node, glob)
  const draw = random(seed).fork(node)
  const drawn = Array.from({ length: flips }, () => ({
    ...drawPlace(files, draw),
    mask: 1 << draw.int(0, 7),
  }))
  // A bit that is hit twice would be whole again.
  const places = [...new Map(drawn.map((place) => [`${place.path}:${place.at}`, place])).values()]
  const found = await cluster.disks!.read(node, places)
  const changes = places.flatMap(({ path, at, mask }, place) => {
    const was = found[place]!
    return was.length === 1 ? [{ path, at, was, content: Buffer.from([was[0]! ^ mask]) }] : []
  })
  return overwrite(cluster, node, changes)
}

/** One of all bytes. */
const drawPlace = (files: readonly DataFile[], draw: Random): DataPlace => {
  let at = draw.int(0, files.reduce((sum, { bytes }) => sum + bytes, 0) - 1)
  for (const { path, bytes } of files) {
    if (at < bytes) return { path, at, bytes: 1 }
    at -= bytes
  }
  return { path: files[0]!.path, at: 0, bytes: 1 }
}
