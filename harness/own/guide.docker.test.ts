/**
 * docs/your-system.md as a newcomer follows it: every file that it shows is written, every command run, in a folder of its own,
 * with nothing but schism installed there; each ends as the page says.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'schism-guide-'))
const page = readFileSync(join(root, 'docs', 'your-system.md'), 'utf8')

/** A command of the page, or a file that it shows. */
interface Step {
  readonly file?: string
  readonly text: string
  readonly exitCode: number
}

/** What the page's sections do; they need no more of each other than what the first step writes. */
const sections = page.split(/^## /m).flatMap((section) => {
  const steps = [...section.matchAll(/^```(sh|yaml (\S+))\n([\s\S]*?)^```$/gm)].flatMap(stepsOf)
  return steps.length === 0 ? [] : [{ title: section.split('\n')[0]!, steps }]
})

function stepsOf([, , file, text = '']: RegExpMatchArray): readonly Step[] {
  if (file !== undefined) return [{ file, text, exitCode: 0 }]
  const lines = text.trim().split('\n')
  return lines.map((line) => ({
    text: line,
    exitCode: Number(/# exit code (\d+)$/.exec(line)?.[1] ?? 0),
  }))
}

/** Runs a command as a person does who stays in a folder, or changes it. @returns where that leads */
const run = async (command: string, at: string) => {
  const script = `${command}\ncode=$?\npwd >&3\nexit $code`
  const result = await execa('bash', ['-c', script], {
    cwd: at,
    reject: false,
    all: true,
    env: { NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  return { ...result, at: String(result.stdio[3]).trim() }
}

const perform = async ({ file, text, exitCode }: Step, at: string): Promise<string> => {
  if (file !== undefined) {
    writeFileSync(join(at, file), text)
    return at
  }
  const result = await run(text, at)
  expect(result.exitCode, `${text}\n${result.all}`).toBe(exitCode)
  if (exitCode === 1) expect(result.stdout).toMatch(/^VIOLATION .*(lost|stale)/)
  if (text.includes(' test ') && exitCode === 0) expect(result.stdout).toMatch(/^VALID /)
  return result.at
}

beforeAll(async () => {
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  symlinkSync(root, join(modules, 'schism'))
  symlinkSync('../schism/bin/schism.mjs', join(modules, '.bin', 'schism'))
  await perform(sections[0]!.steps[0]!, folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the guide for a system of one’s own', () => {
  test('has all the ways', () => {
    expect(sections.map(({ steps }) => steps.length)).toEqual([3, 2, 4, 2])
  })

  test.each(sections)('$title', async ({ title, steps }) => {
    let at = folder
    for (const step of title === sections[0]!.title ? steps.slice(1) : steps)
      at = await perform(step, at)
  })

  test('a client program that prints garbage in the middle of a run ends it', async () => {
    const compose = join(root, 'examples', 'stdio', 'docker-compose.yml')
    const client = `read -r init; echo '{"type":"init_ok"}'; read -r request; echo out of cheese`
    const words = [
      ...['test', '--compose', compose, '--service', 'redis', '--client', `stdio:${client}`],
      ...['--workload', 'register', '--time-limit', '30'],
    ]
    const argv = [join(root, 'bin', 'schism.mjs'), ...words, '--name', 'garbage']
    const result = await execa('node', argv, { cwd: folder, reject: false, env: { NO_COLOR: '1' } })
    expect(result.exitCode, result.stderr).toBe(253)
    expect(result.stdout).toContain('printed "out of cheese": expected one JSON object a line')
  })
})
