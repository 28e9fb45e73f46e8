/**
 * Fingerprints of trials: of every event of the history, of what became of the schedule and of every verdict. Run by
 * itself it plays the seeds that it is given and prints theirs: `digests.ts FROM TO STEP`.
 */
import { createHash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { loadCatalog } from '../catalog.ts'
import { draw, play } from '../hunt/trial.ts'

/** How long a run is, simulated s: faults come and go, and 200 of them take seconds. */
const TIME_LIMIT_S = 2

/** The fingerprints of the seeds from `from` to `to`, each `step`th; the systems that can be simulated take turns. */
export const digestsOf = async (
  from: number,
  to: number,
  step: number,
): Promise<Readonly<Record<number, string>>> => {
  const catalog = await loadCatalog()
  const systems = [...catalog.systems].flatMap(([name, { program }]) =>
    program === undefined ? [] : [name],
  )
  const digests: Record<number, string> = {}
  for (let seed = from; seed <= to; seed += step) {
    const system = systems[seed % systems.length]!
    const quarry = { system, options: {}, timeLimitS: TIME_LIMIT_S }
    const { simulated, verdicts } = await play(draw(quarry, seed, catalog), catalog)
    const text = JSON.stringify([[...simulated.history], simulated.executed.executed, verdicts])
    digests[seed] = `${system} ${createHash('sha256').update(text).digest('hex')}`
  }
  return digests
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [from, to, step] = process.argv.slice(2).map(Number)
  console.log(JSON.stringify(await digestsOf(from!, to!, step!)))
}
