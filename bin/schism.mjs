#!/usr/bin/env node
// The command's first lines: Node exits with 1 on an uncaught error, which would read as
// "violation found", so anything that escapes is a bug of schism's own: 255.
import { existsSync } from 'node:fs'

process.on('uncaughtException', (error) => {
  console.error(
    `schism: a bug in schism: ${error instanceof Error ? error.message : String(error)}`,
  )
  if (process.argv.includes('--verbose') && error instanceof Error) console.error(error.stack)
  process.exit(255)
})
process.on('unhandledRejection', (error) => {
  throw error
})

const entry = new URL('../dist/harness/main.js', import.meta.url)
if (!existsSync(entry)) {
  console.error('schism: not built yet: run "npm ci" (or "npm run build") in its folder first')
  process.exit(253)
}
await import(entry.href)
