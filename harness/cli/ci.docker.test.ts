/** `schism ci` on containers: an interrupt in the middle of a run heals, keeps, reports and leaves nothing behind. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'
import { ciRecord } from '../../results/ci/record.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'schism-ci-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The first run's id, once clients have done something in it. */
const begun = async (store: string): Promise<string> => {
  for (;;) {
    const [id] = existsSync(store) ? readdirSync(store).filter((name) => name !== 'latest') : []
    const history = join(store, id ?? '', 'history.jsonl')
    if (id !== undefined && existsSync(history) && statSync(history).size > 2000) return id
    await sleep(200)
  }
}

test('Ctrl-C in the middle of a run', async () => {
  const run = { system: 'raft', workload: 'register', cluster: 'docker', timeLimit: 120, seeds: 2 }
  writeFileSync(join(folder, 'c.json'), JSON.stringify({ runs: [run] }))
  const command = [join(root, 'bin', 'schism.mjs'), 'ci', 'c.json', '--output', 'out', '--quiet']
  const running = execa('node', command, { reject: false, cwd: folder })
  const id = await begun(join(folder, 'out', 'runs'))
  running.kill('SIGINT')
  const { exitCode } = await running
  expect(exitCode).toBe(130)
  const record = ciRecord.parse(JSON.parse(readFileSync(join(folder, 'out', 'ci.json'), 'utf8')))
  expect(record.cases).toMatchObject([
    { outcome: 'interrupted', code: 130, run: `runs/${id}` },
    { outcome: 'not-run', code: 130 },
  ])
  const kept = readdirSync(join(folder, 'out', 'runs', id))
  expect(kept).toEqual(expect.arrayContaining(['history.jsonl', 'verdict.json', 'report.html']))
  expect(record.cases[0]!.environment).toHaveProperty('image digest')
  expect(readFileSync(join(folder, 'out', 'junit.xml'), 'utf8')).toContain('name="image digest"')
  const { stdout } = await execa('docker', ['ps', '-aq', '--filter', `label=schism.run=${id}`])
  expect(stdout).toBe('')
})
