/**
 * How fast the simulation is: simulated seconds a second of one processor, for Raft with five nodes and ten
 * clients at several rates, and runs a minute for the trials of a default hunt, which draw their own. Each
 * stands beside the least that it could take: a bare event loop of as many steps, which do nothing.
 *
 *   npm run bench -- simulation
 *
 * Processor time of this process, since other work on the machine must not count: drawing, starting the
 * cluster, the run and its final reads, and judging. The median of the rounds, after one to get warm.
 */
import { loadCatalog } from '../harness/catalog.ts'
import { Scheduler } from '../harness/cluster/sim/scheduler.ts'
import { draw, play, type Quarry, type Trial } from '../harness/hunt/trial.ts'
import { planRun } from '../harness/plan.ts'
import { median, table } from './table.ts'

const SYSTEM = 'raft'
/** Operations a second: hunts draw 30, 100 or 300, and `schism test` asks for 200 unless told otherwise. */
const RATES = [30, 100, 200]
const ROUNDS = 5
/** Simulated, s. */
const RUN_S = 60
const HUNT_S = 10
/** Runs and trials of a round. */
const RUNS = 6
const TRIALS = 60
/** Messages and timers of a bare loop that are under way at a time: about as many as in a run. */
const WAITING = 30

const catalog = await loadCatalog()
const quarry: Quarry = { system: SYSTEM, options: {}, timeLimitS: HUNT_S }

const main = async (): Promise<void> => {
  const runs = []
  for (const rate of RATES) {
    const rounds = await measured((seed) => steady(rate, seed), RUNS)
    runs.push([rate, ...(await rowOf(rounds, (round) => round.simulatedS / round.cpuS))])
  }
  console.log(table([`${RUN_S} s, operations/s`, 'times real time', ...SHARED], runs))
  const hunts = await measured((seed) => play(draw(quarry, seed, catalog), catalog), TRIALS)
  const row = await rowOf(hunts, (round) => (TRIALS * 60) / round.cpuS)
  console.log(`\n${table(['hunt', 'runs a minute a core', ...SHARED], [[SYSTEM, ...row]])}`)
}

/** What all rows end with. */
const SHARED = ['steps a simulated second', 'µs a step', 'bare loop µs a step', 'ratio']

interface Round {
  readonly cpuS: number
  readonly simulatedS: number
  readonly steps: number
}

/** Rounds of so many trials, seeds from 1 up; the first only warms up. */
const measured = async (
  trial: (seed: number) => Promise<Trial>,
  trials: number,
): Promise<readonly Round[]> => {
  const rounds: Round[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    let simulatedS = 0
    let steps = 0
    const before = process.cpuUsage()
    for (let seed = 1; seed <= trials; seed++) {
      const { simulated } = await trial(round * trials + seed)
      simulatedS += simulated.simulatedS
      steps += simulated.steps
    }
    rounds.push({ cpuS: sinceS(before), simulatedS, steps })
  }
  return rounds.slice(1)
}

const rowOf = async (
  rounds: readonly Round[],
  speed: (round: Round) => number,
): Promise<readonly number[]> => {
  const stepUs = median(rounds.map(({ cpuS, steps }) => (cpuS * 1e6) / steps))
  const bareUs = await bareStepUs(median(rounds.map(({ steps }) => steps)))
  const rate = median(rounds.map(({ steps, simulatedS }) => steps / simulatedS))
  return [median(rounds.map(speed)), rate, stepUs, bareUs, stepUs / bareUs]
}

/** Quiet runs without faults. */
const steady = (rate: number, seed: number): Promise<Trial> =>
  play(
    planRun(
      {
        system: SYSTEM,
        faults: [],
        cluster: 'sim',
        nodes: 5,
        timeLimitS: RUN_S,
        rate,
        concurrency: 10,
        operationTimeoutMs: 2000,
        seed,
        options: {},
      },
      catalog,
    ),
    catalog,
  )

/** What a step costs when nothing happens in it. */
const bareStepUs = async (steps: number): Promise<number> => {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await bareLoopUs(steps))
  return median(rounds) / steps
}

const bareLoopUs = async (steps: number): Promise<number> => {
  const scheduler = new Scheduler()
  let left = steps
  const over = new Promise<void>((resolve) => {
    const step = (): void => {
      if (--left > 0) scheduler.at(scheduler.now() + 1e6, step)
      if (left > 0) return
      resolve()
      scheduler.stir()
    }
    for (let one = 0; one < WAITING; one++) scheduler.at(one, step)
  })
  const before = process.cpuUsage()
  await scheduler.run(over)
  return sinceS(before) * 1e6
}

const sinceS = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

await main()
