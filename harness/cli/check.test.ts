/** `schism check` and `schism convert` on histories from elsewhere: options, bounds, what is said. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'schism-check-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schism = (...args: string[]) =>
  execa('node', [join(root, 'bin', 'schism.mjs'), ...args], {
    reject: false,
    cwd: folder,
    env: { NO_COLOR: '1' },
  })
const judged = async (...args: string[]) => {
  const { stdout, exitCode } = await schism('check', '--json', ...args)
  return { exitCode, results: JSON.parse(stdout).results }
}

const file = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}
const event = (process: number, type: string, f: string, value: string) =>
  `{:type :${type}, :f :${f}, :value ${value}, :process ${process}}`

const refused = file('refused.edn', [
  event(0, 'invoke', 'cas', '[5 6]'),
  event(0, 'fail', 'cas', '[5 6]'),
])
/** A process reads 1 although 2 was acknowledged: sequential, and not linearizable. */
const stale = file('stale.edn', [
  event(0, 'invoke', 'write', '[:x 1]'),
  event(0, 'ok', 'write', '[:x 1]'),
  event(0, 'invoke', 'write', '[:x 2]'),
  event(0, 'ok', 'write', '[:x 2]'),
  event(1, 'invoke', 'read', '[:x nil]'),
  event(1, 'ok', 'read', '[:x 1]'),
])
const set = file('set.edn', [
  event(0, 'invoke', 'add', '1'),
  event(0, 'ok', 'add', '1'),
  event(1, 'invoke', 'read', 'nil'),
  event(1, 'ok', 'read', '#{1}'),
])

describe('a model with settings', () => {
  test('takes its initial state and what a failure tells from the options', async () => {
    const valid = async (...args: string[]) => (await judged(refused, ...args)).results[0].valid
    expect(await valid()).toBe(true)
    expect(await valid('--initial', '5')).toBe(false)
    expect(await valid('--initial', '5', '--failed-cas', 'drop')).toBe(true)
  })

  test('says when a violation rests on failures that told nothing', async () => {
    const notes = async (...args: string[]) => (await judged(refused, ...args)).results[0].notes
    expect(await notes('--initial', '5', '--model', 'cas-register')).toEqual([
      expect.stringMatching(/rests on compare-and-sets that failed.*--failed-cas drop/),
    ])
    expect(await notes('--initial', '5', '-m', 'cas-register', '--failed-cas', 'observe')).toEqual(
      [],
    )
    expect((await judged(stale)).results[0].notes.join()).not.toContain('--failed-cas')
  })
})

describe('what nobody named', () => {
  const notes = async (...args: string[]) => (await judged(...args)).results[0].notes

  test('is told by the operations, and the verdict says so', async () => {
    expect(await notes(set)).toEqual([
      'judged as set, as its operations tell; --model chooses another of "schism list"',
    ])
    expect(await notes(set, '--consistency', 'sequential')).toEqual([
      expect.stringMatching(/^judged as set, /),
    ])
    expect(await notes(set, '--model', 'set')).toEqual([])
  })

  test('of transactions on registers is the stronger one, with the way to the other', async () => {
    const path = file('moment.edn', [
      event(0, 'invoke', 'txn', '[[:w 1 1] [:r 2 nil]]'),
      event(0, 'ok', 'txn', '[[:w 1 1] [:r 2 nil]]'),
    ])
    const { stdout } = await schism('check', path)
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'note judged as multi-register, as its operations tell; --model rw-register judges levels of isolation',
    )
    const { stdout: other } = await schism('check', path, '--model', 'rw-register')
    expect(other).toMatch(/^VALID .*rw-register passed/)
    expect(other).not.toContain('judged as')
  })
})

test('elements that are removed again are judged by the model, which the checker of that name is not for', async () => {
  const removed = file('removed.edn', [
    event(0, 'invoke', 'add', '1'),
    event(0, 'ok', 'add', '1'),
    event(0, 'invoke', 'remove', '1'),
    event(0, 'ok', 'remove', '1'),
    event(1, 'invoke', 'contains', '1'),
    event(1, 'ok', 'contains', '[1 true]'),
  ])
  const { results } = await judged(removed)
  expect(Object.keys(results[0].checkers)).toEqual(['linearizable'])
})

describe('a witness', () => {
  test('is an order of the operations, or how far one comes', async () => {
    const good = await judged(set, '--model', 'set', '--witness')
    expect(good.results[0].witness).toEqual({ valid: true, orders: [{ ops: [0, 2] }] })
    const bad = await judged(stale, '--witness')
    expect(bad.results[0].witness).toMatchObject({ valid: false, partial: { key: 'x' } })
  })

  test('is printed as JSON only', async () => {
    const { exitCode, stderr } = await schism('check', stale, '--witness')
    expect([exitCode, stderr]).toEqual([
      254,
      'schism: --witness: the order is printed with --json only',
    ])
  })
})

describe('a level of consistency', () => {
  test('is linearizable unless another is named', async () => {
    const { results, exitCode } = await judged(stale)
    expect(exitCode).toBe(1)
    expect(Object.keys(results[0].checkers)).toEqual(['linearizable'])
    expect(results[0].notes.join()).toMatch(/independent keys/)
  })

  test('may be several, and all of them', async () => {
    const { results } = await judged('-c', 'linearizable,sequential', stale)
    expect(Object.keys(results[0].checkers)).toEqual(['linearizable', 'sequential'])
    const all = await schism('check', stale, '--consistency', 'all')
    expect(all.exitCode).toBe(1)
    expect(all.stdout.replace(/\s+/g, ' ')).toContain('keeps sequential and breaks linearizable')
  })
})

describe('what cannot be carried out: 254 and one line, for any number of files', () => {
  test.each([
    [
      'an unknown level',
      ['--consistency', 'linearisable'],
      /unknown consistency "linearisable"; did you mean "linearizable"\?/,
    ],
    [
      'a checker as a level',
      ['--consistency', 'stats'],
      /--consistency stats: it is a checker, no level of consistency/,
    ],
    [
      'a level of a checker',
      ['--model', 'stats', '--consistency', 'sequential'],
      /--consistency: stats is a checker, not a model/,
    ],
    [
      'an initial state of a checker',
      ['--model', 'stats', '--initial', '1'],
      /--initial: stats is a checker, not a model/,
    ],
    ['an initial state that is no JSON', ['--initial', '{'], /--initial \{: expected a JSON value/],
    [
      'an unknown model',
      ['--model', 'regster'],
      /unknown model "regster"; did you mean "register"\?/,
    ],
    ['an unknown format', ['--format', 'ednn'], /format/],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr, stdout } = await schism('check', refused, stale, ...args)
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(exitCode).toBe(254)
  })

  test('transactions of other micro-operations', async () => {
    const path = file('increment.edn', [event(0, 'invoke', 'txn', '[[:inc 1 2]]')])
    const { exitCode, stderr } = await schism('check', path)
    expect(stderr).toMatch(/increment\.edn: its operations are transactions \(txn\) of neither/)
    expect(exitCode).toBe(254)
  })
})

describe('transactions', () => {
  const skew = file('skew.edn', [
    event(0, 'invoke', 'txn', '[[:append 1 1] [:r 2 nil]]'),
    event(1, 'invoke', 'txn', '[[:append 2 1] [:r 1 nil]]'),
    event(0, 'ok', 'txn', '[[:append 1 1] [:r 2 []]]'),
    event(1, 'ok', 'txn', '[[:append 2 1] [:r 1 []]]'),
  ])

  test('of appends are told by their micro-operations', async () => {
    const { results, exitCode } = await judged(skew)
    expect(exitCode).toBe(1)
    expect(results[0].checkers['list-append'].stats.not).toBe('repeatable-read')
    expect(results[0].anomalies[0].type).toBe('G2-item')
  })

  test('are judged at the levels that are asked for', async () => {
    const levels = 'snapshot-isolation,PL-3'
    const { results, exitCode } = await judged('-m', 'list-append', '-c', levels, skew)
    const { checkers } = results[0]
    expect(exitCode).toBe(1)
    expect(checkers['snapshot-isolation'].valid).toBe(true)
    expect(checkers['PL-3'].valid).toBe(false)
    const all = await judged('-m', 'list-append', '-c', 'all', skew)
    expect(all.results[0].checkers.spectrum.stats.alsoNot).toMatch(/^serializable/)
  })

  test.each([
    [['-c', 'serialisable'], /unknown consistency "serialisable"; did you mean "serializable"\?/],
    [['--version-order', 'wfr-keys'], /--version-order: the reads of list-append tell the order/],
    [['--initial', '1'], /--initial: list-append is a checker, not a model/],
  ])('%s cannot be carried out', async (args, message) => {
    const { exitCode, stderr } = await schism('check', skew, '-m', 'list-append', ...args)
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(254)
  })

  test('of registers, with sources for the order of their values', async () => {
    const path = file('register.edn', [
      event(0, 'invoke', 'txn', '[[:w 1 1]]'),
      event(0, 'ok', 'txn', '[[:w 1 1]]'),
      event(1, 'invoke', 'txn', '[[:w 1 2]]'),
      event(1, 'ok', 'txn', '[[:w 1 2]]'),
      event(0, 'invoke', 'txn', '[[:r 1 nil]]'),
      event(0, 'ok', 'txn', '[[:r 1 1]]'),
    ])
    const without = await judged(path, '-m', 'rw-register')
    expect(without.exitCode).toBe(0)
    const { results } = await judged(
      path,
      '-m',
      'rw-register',
      '--version-order',
      'linearizable-keys',
    )
    expect(results[0].anomalies[0].type).toBe('cyclic-versions')
    const wrong = await schism('check', path, '-m', 'rw-register', '--version-order', 'keys')
    expect(wrong.stderr).toMatch(/unknown version order "keys"/)
  })
})

describe('many files', () => {
  test('are judged in the order given, each by what it holds', async () => {
    const paths = Array.from({ length: 12 }, (_, at) => [refused, stale, set][at % 3]!)
    const { results } = await judged(...paths)
    expect(results.map(({ input }: { input: string }) => input)).toEqual(paths)
    expect(results.map(({ valid }: { valid: unknown }) => valid).slice(0, 3)).toEqual([
      true,
      false,
      true,
    ])
  })

  test('do not suffer from one that exceeds its memory', async () => {
    const lines = Array.from({ length: 150_000 }, (_, at) =>
      event(at, 'invoke', 'write', `[${at} "${'x'.repeat(200)}${at}"]`),
    )
    const large = file('large.edn', lines)
    const { results, exitCode } = await judged(set, large, stale, set, '--memory', '32MB')
    expect(results.map(({ valid }: { valid: unknown }) => valid)).toEqual([
      true,
      'unknown',
      false,
      true,
    ])
    expect(results[1].reason).toMatch(/out of memory: the limit is 32 MiB/)
    expect(exitCode).toBe(1)
  })
})

test('a run is also measured by availability, and what its nodes printed is looked through', async () => {
  const store = join(folder, 'runs')
  const options = ['--cluster', 'sim', '--time-limit', '3', '--seed', '1', '--store', store]
  await schism('test', 'raft', '--workload', 'register', ...options)
  const run = join(store, 'latest')
  appendFileSync(join(run, 'logs', 'n1.log'), '0.1 panic: index out of range\n')
  const [result] = (await judged(run)).results
  expect(Object.keys(result.checkers).toSorted()).toEqual(
    expect.arrayContaining(['availability', 'linearizable']),
  )
  expect(result.checkers.availability.stats).toBeDefined()
  expect(result.notes).toContainEqual(expect.stringMatching(/^panic: 1 line.*n1\.log/))

  // Judged again, a run that the environment failed is still one.
  const path = join(run, 'verdict.json')
  const problems = ['partition: a probe passed']
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), problems }))
  for (let time = 0; time < 2; time++) {
    const again = await schism('check', run)
    expect(again.exitCode).toBe(253)
    expect(again.stdout).toContain('a probe passed')
  }
})

describe('convert', () => {
  test('writes what other tools read, and back', async () => {
    const lines = join(folder, 'stale.jsonl')
    const { exitCode, stderr } = await schism('convert', stale, '--to', 'jsonl', '--output', lines)
    expect(stderr).toMatch(/every value is \[key value\]/)
    expect(exitCode).toBe(0)
    expect(readFileSync(lines, 'utf8').split('\n')[0]).toBe(
      '{"index":0,"time":0,"type":"invoke","process":0,"f":"write","key":"x","value":1}',
    )
    const back = await schism('convert', lines, '--to', 'edn')
    expect(back.stdout.split('\n')[0]).toBe(
      '{:index 0, :time 0, :type :invoke, :process 0, :f :write, :value ["x" 1]}',
    )
    expect((await judged(lines)).results[0].valid).toBe(false)
  })

  test.each([
    ['no file', ['nowhere.edn', '--to', 'edn'], /nowhere\.edn: cannot be read/],
    ['no format', [stale], /to/],
    [
      'a place that is none',
      [stale, '--to', 'edn', '--output', 'no/where.edn'],
      /no\/where\.edn: cannot be written/,
    ],
  ])('says what is wrong with %s', async (_, args, message) => {
    const { exitCode, stderr } = await schism('convert', ...args)
    expect(stderr.trim().split('\n').at(-1)).toMatch(message)
    expect(exitCode).toBe(254)
  })
})
