import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import ClosingLine from './scripts/closing-line.ts'
import { engineAnswers } from './scripts/setup.mjs'

const exclude = ['node_modules/**', 'dist/**', 'results/runs/**']
const execArgv = ['--import', 'tsx']

const unit = {
  test: {
    name: 'unit',
    include: ['**/*.test.ts'],
    exclude: [...exclude, '**/*.{docker,browser}.test.ts'],
    execArgv,
    testTimeout: 60_000,
  },
}

/** Real containers: two files at a time, which mostly wait. More would be more than an engine's cores bear. */
const docker = {
  test: {
    name: 'docker',
    include: ['**/*.docker.test.ts'],
    exclude,
    execArgv,
    maxWorkers: 2,
    sequence: { groupOrder: 1 },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
}

const browser = {
  test: {
    name: 'browser',
    include: ['**/*.browser.test.ts'],
    exclude,
    execArgv,
    fileParallelism: false,
    sequence: { groupOrder: 2 },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
}

/** Tests that this machine cannot run are left out loudly; in CI that is a failure. */
const unless = (missing: boolean, what: string): boolean => {
  if (!missing) return true
  if (process.env.CI === 'true') throw new Error(`CI runs every test, but ${what}`)
  console.warn(`\n  SKIPPED: ${what}\n`)
  return false
}

const engine = unless(
  !(await engineAnswers()),
  'no Docker engine answers, so no test runs against real systems (scripts/install-docker.sh)',
)
const chromium = unless(
  !existsSync('/usr/bin/chromium'),
  'there is no /usr/bin/chromium, so the report is not opened in a browser (apt-get install chromium)',
)

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    projects: [unit, ...(engine ? [docker] : []), ...(chromium ? [browser] : [])],
  },
})
