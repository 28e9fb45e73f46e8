/**
 * What the controller itself costs: completed operations a second with a client that does nothing, the
 * history written to disk as in a run, against the same calls in a bare loop over the same clients.
 *
 *   npx tsx bench/interpreter.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Call } from '../checkers/history.ts'
import type { Client } from '../harness/api.ts'
import { monotonicMs, realClock, seconds } from '../harness/clock.ts'
import { limit, mix, repeat, stream, timeLimit } from '../harness/generators/index.ts'
import { Interpreter } from '../harness/interpreter.ts'
import { Recorder } from '../harness/recorder.ts'
import { files, HistoryLog } from '../results/store.ts'

const OPERATIONS = 300_000
const ROUNDS = 5
const THREADS = [1, 5, 64, 1000]

const client: Client = { invoke: async ({ value }) => value, close: async () => {} }

const controller = async (threads: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-bench-'))
  try {
    const clock = realClock()
    const recorder = new Recorder({
      clock,
      log: new HistoryLog(join(folder, files.history)),
      listen: () => {},
      failed: (error) => {
        throw error
      },
    })
    const interpreter = new Interpreter<Call>({
      threads,
      clock,
      open: async () => client,
      nodeOf: (thread) => `n${(thread % 5) + 1}`,
      safe: new Set(),
      timeoutMs: 5000,
      record: (event) => recorder.record(event),
    })
    const calls = mix<Call>(stream(1), [
      repeat({ f: 'read', value: null }),
      repeat({ f: 'write', value: 42 }),
    ])
    const generator = timeLimit(seconds(600), limit(OPERATIONS, calls))
    const begun = monotonicMs()
    await interpreter.run(generator, new AbortController().signal)
    recorder.close()
    return OPERATIONS / ((monotonicMs() - begun) / 1000)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const bare = async (threads: number): Promise<number> => {
  let left = OPERATIONS
  const begun = monotonicMs()
  const loop = async (): Promise<void> => {
    const { signal } = new AbortController()
    while (left-- > 0) await client.invoke({ f: 'read', value: null }, signal)
  }
  await Promise.all(Array.from({ length: threads }, loop))
  return OPERATIONS / ((monotonicMs() - begun) / 1000)
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

console.log('threads   controller ops/s   µs/op   bare loop ops/s   ratio (medians of 5)')
for (const threads of THREADS) {
  const controllers: number[] = []
  const bares: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    controllers.push(await controller(threads))
    bares.push(await bare(threads))
  }
  const [ours, theirs] = [median(controllers), median(bares)]
  console.log(
    `${String(threads).padStart(7)}   ${ours.toFixed(0).padStart(16)}   ${(1e6 / ours).toFixed(1).padStart(5)}   ${theirs.toFixed(0).padStart(15)}   ${(ours / theirs).toFixed(3)}`,
  )
}
