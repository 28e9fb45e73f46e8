import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listFindings } from '../finding.ts'
import { files } from '../store.ts'
import { verdictRecord } from './verdict.ts'

const findings = listFindings(join(import.meta.dirname, '..', 'findings'))

test('the schema of verdicts knows every field of all that were ever kept', () => {
  expect(findings.length).toBeGreaterThan(50)
  for (const folder of findings) {
    const verdict = JSON.parse(readFileSync(join(folder, files.verdict), 'utf8'))
    expect(verdictRecord.parse(verdict), folder).toEqual(verdict)
  }
})
