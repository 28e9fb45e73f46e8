import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadCatalog, namesOf } from '../catalog.ts'
import { completionsOf } from './complete.ts'
import { scriptFor } from './completion.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-completion-'))
afterAll(() => rmSync(folder, { recursive: true }))
const ids = ['20260101T000000-etcd-register-1-aaaa', '20260102T000000-raft-set-2-bbbb']
for (const id of ids) {
  mkdirSync(join(folder, 'runs', id), { recursive: true })
  writeFileSync(join(folder, 'runs', id, 'run.json'), '{}')
}
const store = join(folder, 'runs')

/** What is offered at the end of a line; the last word may be empty. */
const offered = (line: string) => completionsOf(line.split(' '))

describe('what may stand at the end of a line', () => {
  test.each([
    ['schism te', ['test']],
    ['schism test redi', ['redis-sentinel']],
    ['schism hunt chai', ['chain']],
    ['schism test raft --workl', ['--workload']],
    ['schism test raft --workload regi', ['register']],
    ['schism test raft -w regi', ['register']],
    ['schism test raft --faults kill,pau', ['kill,pause']],
    ['schism runs --system zoo', ['zookeeper']],
    ['schism convert x --to j', ['jsonl']],
    ['schism completion f', ['fish']],
    [`schism show --store ${store} 20260102`, [ids[1]]],
    [`schism diff --store ${store} latest 202601`, [ids[1], ids[0]]],
    [`schism show --store ${join(folder, 'nowhere')} 2026`, []],
  ])('%s', async (line, words) => {
    expect(await offered(line)).toEqual(words)
  })

  test('commands and options are offered when nothing has begun', async () => {
    expect(await offered('schism ')).toEqual(expect.arrayContaining(['test', 'show', 'runs']))
    expect(await offered('schism clean --')).toEqual(expect.arrayContaining(['--all', '--json']))
  })
})

test('names are those of the catalog, though nothing is loaded', async () => {
  const catalog = await loadCatalog()
  for (const kind of ['systems', 'workloads', 'faults', 'templates', 'checkers', 'models'] as const)
    expect(namesOf(kind).toSorted(), kind).toEqual([...catalog[kind].keys()].toSorted())
})

test('bash completes by the script', async () => {
  const schism = join(import.meta.dirname, '..', '..', 'bin', 'schism.mjs')
  const script = `
    schism() { ${process.execPath} ${schism} "$@"; }
    ${await scriptFor('bash')}
    COMP_WORDS=(schism test raft --workload re) COMP_CWORD=4
    _schism_yargs_completions
    printf '%s\\n' "\${COMPREPLY[@]}"`
  // A login shell of another kind must not matter.
  const env = { ...process.env, SHELL: '/bin/zsh' }
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8', env })
  expect(said.trim().split('\n')).toEqual(['read-write', 'register', 'removable-set'])
})

test.each([
  ['zsh', /compdef _schism_yargs_completions schism/],
  ['fish', /complete -f -c schism -a '\(SHELL=fish schism .*commandline -opc/],
])('%s has a script of its own', async (shell, says) => {
  expect(await scriptFor(shell)).toMatch(says)
})
