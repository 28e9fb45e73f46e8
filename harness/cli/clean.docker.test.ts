/** What `schism clean` and `schism doctor` print where an engine answers. */
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { documents } from '../../results/archive/documents.ts'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'schism.mjs')

test.each(['clean', 'doctor'])('%s --json prints a document of the schema', async (command) => {
  const { stdout } = await execa('node', [bin, command, '--json'], { reject: false })
  const document = JSON.parse(stdout)
  expect(documents[command]!.parse(document)).toEqual(document)
})
