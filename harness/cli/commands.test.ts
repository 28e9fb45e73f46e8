/**
 * The real commands as users and programs call them: what each prints with `--json` is held against its schema,
 * and the examples of every `--help` are run, or at least parsed where that would take containers or minutes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { split as splitWords } from 'shlex'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documents } from '../../results/archive/documents.ts'
import { sampleRun } from '../../results/report/sample.test-helper.ts'
import { createRunFolder, files, HistoryLog, writeRun, writeVerdict } from '../../results/store.ts'
import { colours } from './colours.ts'
import { commands, commandsFor } from './commands.ts'
import { parser } from './parser.ts'

const root = join(import.meta.dirname, '..', '..')
const bin = join(root, 'bin', 'schism.mjs')
const folder = mkdtempSync(join(tmpdir(), 'schism-commands-'))
const store = join(folder, 'results', 'runs')
afterAll(() => rmSync(folder, { recursive: true }))

const options = {
  reject: false,
  cwd: folder,
  // Nobody answers here: nothing of these tests may reach an engine.
  env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', NO_COLOR: '1', HOME: folder },
} as const
const schism = (...args: readonly string[]) => execa('node', [bin, ...args], options)

beforeAll(async () => {
  const { run, verdict, history } = sampleRun('set', { seconds: 20 })
  const id = '20261121T045757-redis-sentinel-set-1-0038'
  const kept = createRunFolder(store, id)
  writeRun(kept, { ...run, id })
  writeVerdict(kept, { ...verdict, input: kept })
  const log = new HistoryLog(join(kept, files.history))
  for (const event of history) log.append(event)
  log.close()
  const events = [
    { type: 'invoke', process: 0, f: 'write', value: 1 },
    { type: 'ok', process: 0, f: 'write', value: 1 },
  ]
  writeFileSync(join(folder, 'history.jsonl'), events.map((one) => JSON.stringify(one)).join('\n'))
  writeFileSync(
    join(folder, 'history.edn'),
    '{:type :invoke :process 0 :f :write :value 1}\n{:type :ok :process 0 :f :write :value 1}\n',
  )
  writeFileSync(
    join(folder, 'txns.edn'),
    '{:type :invoke :process 0 :f :txn :value [[:append 1 1]]}\n' +
      '{:type :ok :process 0 :f :txn :value [[:append 1 1]]}\n',
  )
})

describe('--json prints a document of the schema', () => {
  const fits = (command: string, text: string): void => {
    const document = JSON.parse(text)
    // A field that the schema does not know would be gone.
    expect(documents[command]!.parse(document)).toEqual(document)
  }
  test.concurrent.each([
    [
      'test',
      ['test', 'raft', '--cluster', 'sim', '--bug', 'RA3', '--time-limit', '3', '--repeat', '2'],
    ],
    ['hunt', ['hunt', 'raft', '--seeds', '1..2', '--time-limit', '2', '--jobs', '1']],
    ['check', ['check', 'history.jsonl', 'history.edn', '--witness']],
    ['check', ['check', 'results/runs/20261121T045757-redis-sentinel-set-1-0038']],
    ['convert', ['convert', 'history.edn', '--to', 'jsonl', '--output', 'converted.jsonl']],
    ['runs', ['runs']],
    ['show', ['show', '0038']],
    ['diff', ['diff', '0038', '20261121T0457']],
    ['list', ['list']],
    ['doctor', ['doctor']],
    ['completion', ['completion', 'bash']],
    ['init', ['init', 'stdio']],
  ])('%s %j', async (command, args) => {
    const { stdout, stderr } = await schism(...args, '--json')
    expect(stderr).toBe('')
    fits(command, stdout)
  })

  test('of a hunt that found something', async () => {
    const args = ['--bug', 'RA3', '--shrink', '1s', '--jobs', '1', '--keep', 'findings']
    const { exitCode, stdout } = await schism('hunt', 'raft', ...args, '--json')
    fits('hunt', stdout)
    expect([exitCode, Object.keys(JSON.parse(stdout))]).toEqual([
      1,
      expect.arrayContaining(['hunt', 'finding']),
    ])
  })

  test('ci and merge', async () => {
    const quick = { system: 'raft', workload: 'register', cluster: 'sim', timeLimit: 2 }
    writeFileSync(join(folder, 'one.json'), JSON.stringify({ runs: [quick] }))
    fits('ci', (await schism('ci', 'one.json', '--output', 'shard', '--json')).stdout)
    fits('merge', (await schism('merge', 'shard', '--output', 'all', '--json')).stdout)
  })

  test('serve, when it answers; Ctrl-C ends it at once and leaves nothing', async () => {
    const serving = execa('node', [bin, 'serve', '--port', '0', '--json'], options)
    const line = await new Promise<string>((done) => {
      serving.stdout.once('data', (data: Buffer) => done(String(data)))
    })
    fits('serve', line)
    expect((await fetch(JSON.parse(line).url, { redirect: 'manual' })).status).toBe(303)
    const { port } = JSON.parse(line)
    const second = await schism('serve', '--port', String(port))
    expect([second.exitCode, second.stderr]).toEqual([
      253,
      `schism: port ${port} at 127.0.0.1 is in use; --port names another one, 0 any that is free`,
    ])
    serving.kill('SIGINT')
    expect((await serving).exitCode).toBe(0)
  })

  test('every command has one', () => {
    expect(Object.keys(documents).toSorted()).toEqual(Object.keys(commands).toSorted())
  })
})

/** Run for real: they end by themselves within a second. The others’ are run elsewhere, by what tests them. */
const cheap = ['check', 'convert', 'runs', 'show', 'diff']

describe('the examples of --help', () => {
  test.each(Object.keys(commands))('of %s are understood', async (name) => {
    const command = await commands[name]!()
    expect(command.examples.length).toBeGreaterThan(0)
    for (const [example] of command.examples) {
      const words = splitWords(example.replace(/ >>? .*/, ''))
      let understood = false
      const dry = { ...command, run: async () => 0 as const }
      const signal = new AbortController().signal
      const cli = parser(words, {
        known: [dry],
        signal,
        done: () => {
          understood = true
        },
      })
      await cli.parseAsync()
      expect(understood, example).toBe(true)
    }
  })

  test.each(cheap)('of %s are run', async (name) => {
    const command = await commands[name]!()
    const ended = command.examples.map(async ([example]) => {
      const line = `"$0" "$1" ${example}`
      return [example, await execa('bash', ['-c', line, process.execPath, bin], options)] as const
    })
    for (const [example, { exitCode, stderr }] of await Promise.all(ended))
      expect([0, 1, 2], `${example}: ${stderr}`).toContain(exitCode)
  })

  test('of ci and merge are run', async () => {
    const tiny = { system: 'raft', workload: 'register', cluster: 'sim', timeLimit: 1, seeds: 3 }
    const text = JSON.stringify({ runs: [tiny], unfinished: 'pass' })
    writeFileSync(join(folder, 'schism.config.ts'), `export default ${text}`)
    writeFileSync(join(folder, 'gate.config.json'), text)
    const examples = (await commands.ci!()).examples.map(([example]) => example)
    const third = examples.find((example) => example.includes('--shard 1/3'))!
    const others = [2, 3].map((nth) =>
      third.replace('1/3', `${nth}/3`).replace('ci-1', `ci-${nth}`),
    )
    const gate = examples.filter((example) => example.includes('gate'))
    for (const example of [...gate, third, ...others]) {
      const { exitCode, stderr } = await schism(...splitWords(example))
      // A second of a simulation may be too little to mean anything.
      expect([0, 2], stderr).toContain(exitCode)
    }
    const [[merge]] = (await commands.merge!()).examples as [[string, string]]
    const { exitCode, stdout } = await schism(...splitWords(merge))
    expect([0, 2]).toContain(exitCode)
    expect(stdout).toContain('reports in')
  }, 300_000)

  test('of test are refused by nothing but the missing engine', async () => {
    const command = await commands.test!()
    const simple = command.examples.filter(([example]) => /^test [a-z]/.test(example))
    const real = simple.filter(([example]) => !example.includes('--plan'))
    expect(real.length).toBeGreaterThan(2)
    const ended = await Promise.all(
      real.map(([example]) => schism(...splitWords(example), '--quiet')),
    )
    for (const { exitCode, stderr } of ended)
      expect([exitCode, stderr]).toEqual([253, expect.stringMatching(/no Docker engine answers/)])
  })
})

describe('what stands around results', () => {
  test('colours: by terminal, NO_COLOR, FORCE_COLOR, --color and --no-color, the last word last', async () => {
    const coloured = async (env: Record<string, string>, ...args: readonly string[]) => {
      const given = { ...options, env: { ...options.env, NO_COLOR: '', ...env } }
      const { stdout } = await execa('node', [bin, 'show', 'latest', '--quiet', ...args], given)
      return stdout.includes('\u001b[')
    }
    expect(
      await Promise.all([
        coloured({ NO_COLOR: '1', FORCE_COLOR: '1' }),
        coloured({ FORCE_COLOR: '1' }, '--no-color'),
      ]),
    ).toEqual([true, false])
  })

  test.each([
    [[], {}, undefined],
    [[], { NO_COLOR: '1' }, '0'],
    [[], { NO_COLOR: '' }, undefined],
    [[], { NO_COLOR: '1', FORCE_COLOR: '3' }, '3'],
    [['--no-color'], { FORCE_COLOR: '3' }, '0'],
    [['--no-color', '--color'], { NO_COLOR: '1' }, '1'],
    [['--', '--color'], {}, undefined],
  ])('%j under %j is FORCE_COLOR %j', (args, env, force) => {
    expect(colours(args, env)).toBe(force)
  })

  test('--quiet leaves results alone', async () => {
    expect((await schism('runs', '--quiet', '--search', 'redis')).stdout).toBe(
      '20261121T045757-redis-sentinel-set-1-0038',
    )
    const { stdout } = await schism('show', '20261121T0457', '--quiet')
    expect(stdout).toMatch(/^VIOLATION {2}redis-sentinel lost [^\n]*$/)
    expect((await schism('check', 'history.jsonl', '--quiet')).stdout).toMatch(/^VALID[^\n]*$/)
  })

  test('show ends as its verdict does, and with 2 where there is none', async () => {
    expect((await schism('show', '20261121T0457')).exitCode).toBe(1)
    const { run } = sampleRun('set', { seconds: 20 })
    writeRun(createRunFolder(join(folder, 'others'), 'killed'), { ...run, id: 'killed' })
    const { exitCode, stdout } = await schism('show', 'killed', '--store', 'others')
    expect(exitCode).toBe(2)
    expect(stdout).toMatch(/no verdict: the run still goes on or was killed/)
    expect(stdout).toMatch(/history\.jsonl cannot be read: no such file/)
  })

  test.each([
    [['runs', '--store', '/nowhere'], /nowhere is not a store: no such folder/],
    [['serve', '--store', join(folder, 'history.jsonl')], /history\.jsonl is not a store/],
    [['runs', '--outcome', 'vald'], /--outcome vald: unknown; did you mean "valid"\?/],
    [['runs', '--since', 'soon'], /--since soon: expected how long ago/],
    [['show', '2027', '--store', store], /no run "2027"; "schism runs" lists them/],
    [['diff', 'latest'], /^too few arguments: expected schism diff <run> <other>$/],
    [['serve', '--port', '99999'], /--port 99999: expected a whole number from 0 to 65535/],
    [['completion', 'tcsh'], /Invalid values.*"tcsh"/],
    [['convert', 'history.edn', '--to', 'jsonl', '--json'], /--json: .*give --output/],
    [['shwo', 'latest'], /unknown command "shwo"; did you mean "show"\?/],
    [['runs', '--lmit', '5'], /unknown option --lmit; did you mean "limit"\?/],
    [['runs', '--colr', 'red'], /unknown option --colr; did you mean "color"\?/],
  ])('%j is refused in one clear line', async (args, says) => {
    const known = await commandsFor(args[0])
    const cli = parser(args, { known, signal: new AbortController().signal, done: () => {} })
    const refused = await (async () => cli.parseAsync())().catch((error: Error) => error)
    expect(refused).toMatchObject({ message: expect.stringMatching(says) })
    expect(['UsageError', 'StoreError']).toContain((refused as Error).name)
    expect((refused as Error).message).not.toContain('\n')
  })
})
