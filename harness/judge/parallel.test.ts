/** One input judged by several threads: they say what one says, within the same bounds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import type { Budget } from './pool.ts'

const root = join(import.meta.dirname, '..', '..')
// Compiled, as workers are.
const load = async (file: string): Promise<unknown> =>
  import(join(root, 'dist', 'harness', 'judge', file))
const { JudgePool } = (await load('pool.js')) as typeof import('./pool.ts')
const { Crew } = (await load('crew.js')) as typeof import('./crew.ts')
const folder = mkdtempSync(join(tmpdir(), 'schism-parallel-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

const keys = 6

/**
 * Strings by key that work right, to which few letters are appended by many clients at a time: hard, for
 * most orders of the same letters look alike for long. @param wrong whether the last read of all is wrong
 */
const file = (
  name: string,
  operations: number,
  clients: number,
  letters: string,
  wrong = false,
) => {
  let seed = 7
  const below = (most: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * most)
  }
  const lines: string[] = []
  for (let key = 0; key < keys; key++) {
    const open: ({ f: string; value: string | null; answer?: string | null } | undefined)[] = []
    let state = ''
    const perform = (f: string, value: string | null): string | null => {
      if (f === 'get') return state
      state = f === 'put' ? value! : state + value
      return value
    }
    for (let completed = 0; completed < operations; ) {
      const client = below(clients)
      const shared = { process: key * clients + client, key }
      const pending = open[client]
      if (pending === undefined) {
        const f = ['get', 'put', 'append', 'append', 'append'][below(5)]!
        const value = f === 'get' ? null : letters[below(letters.length)]!
        lines.push(JSON.stringify({ ...shared, type: 'invoke', f, value }))
        open[client] = { f, value }
      } else if (pending.answer === undefined && below(2) === 0)
        pending.answer = perform(pending.f, pending.value)
      else {
        const { f, answer = perform(f, pending.value) } = pending
        lines.push(JSON.stringify({ ...shared, type: 'ok', f, value: answer }))
        open[client] = undefined
        completed++
      }
    }
  }
  if (wrong) {
    const last = lines.findLastIndex((line) => line.includes('"ok","f":"get"'))
    lines[last] = lines[last]!.replace(/"value":".*"/, '"value":"zzz"')
  }
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

const right = file('right.jsonl', 700, 14, 'ab')
const wrong = file('wrong.jsonl', 300, 12, 'ab', true)
const hopeless = file('hopeless.jsonl', 1000, 12, 'abc')

const ample: Budget = { budgetMs: 120_000, memoryBytes: 2 ** 30 }
const judged = async (path: string, threads: number, budget = ample) => {
  const pool = new JudgePool(budget, 'verdict', 1, threads)
  try {
    return (await pool.judge({ path, by: { model: 'kv' } })).verdict
  } finally {
    pool.close()
  }
}

describe('a history of several hard keys', { timeout: 300_000 }, () => {
  test.each([
    ['right', right, true],
    ['wrong', wrong, false],
  ])('gets the verdict of one thread, to the last number: %s', async (_, path, valid) => {
    const hire = vi.spyOn(Crew.prototype, 'hire')
    const alone = await judged(path, 1)
    expect(alone.valid).toBe(valid)
    expect(hire).not.toHaveBeenCalled()
    expect(await judged(path, 3)).toEqual(alone)
    expect(hire).toHaveBeenCalledOnce()
    expect(hire.mock.calls[0]![1].length).toBe(2)
  })

  test('ends at the budget and at the memory that all threads have together', async () => {
    expect(await judged(hopeless, 3, { ...ample, budgetMs: 2000 })).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringMatching(/^out of time: the budget is 2 s: \d of 6 keys undecided/),
    })
    expect(await judged(hopeless, 3, { ...ample, memoryBytes: 2 ** 27 })).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringMatching(/^out of memory: the limit is 128 MiB/),
    })
  })
})

test.each([
  ['valid', right, '2m', 0],
  ['a violation', wrong, '2m', 1],
  ['unknown', hopeless, '1s', 2],
])(
  'the command says %s, however many processors there are',
  { timeout: 300_000 },
  async (_, path, budget, code) => {
    const args = [join(root, 'bin', 'schism.mjs'), 'check', path, '--json', '--budget', budget]
    const { exitCode, stdout } = await execa('node', args, { reject: false, cwd: folder })
    expect(exitCode).toBe(code)
    const [{ checkers }] = JSON.parse(stdout).results
    expect(checkers.linearizable.stats).toMatchObject({ keys })
  },
)
