/**
 * What the controller itself costs: completed operations a second with a client that does nothing, the
 * history written to disk as in a run, against the same calls in a bare loop over the same clients.
 *
 *   npm run bench -- interpreter
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
import { median, table } from './table.ts'

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

const rows = []
for (const threads of THREADS) {
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await controller(threads))
    theirs.push(await bare(threads))
  }
  rows.push([
    threads,
    median(ours),
    1e6 / median(ours),
    median(theirs),
    median(ours) / median(theirs),
  ])
}
console.log(table(['clients', 'controller ops/s', 'µs/op', 'bare loop ops/s', 'ratio'], rows))
