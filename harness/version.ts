/** schism's own version, from its package file. */
import { readFileSync } from 'node:fs'

/** Found from the source and from the compiled code alike. */
const packageFile = ['../package.json', '../../package.json']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => {
    try {
      return JSON.parse(readFileSync(url, 'utf8')).name === 'schism'
    } catch {
      return false
    }
  })

export const version: string =
  packageFile === undefined ? '0.0.0' : JSON.parse(readFileSync(packageFile, 'utf8')).version
