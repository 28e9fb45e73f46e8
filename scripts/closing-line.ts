/**
 * A reporter that closes a test run with one plain line, and that fails a run in CI in which a test was
 * skipped: there every test has what it needs.
 */
import type { Reporter, TestModule } from 'vitest/node'

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const module of modules)
      for (const test of module.children.allTests()) counts[test.result().state]++
    const broken = modules.filter((module) => module.errors().length > 0).length
    const failed = counts.failed + counts.pending + broken
    console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`)
    if (process.env.CI !== 'true' || counts.skipped === 0) return
    console.error('CI skips no test')
    process.exitCode = 1
  }
}
