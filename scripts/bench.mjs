/** `npm run bench -- NAME`: runs one benchmark of `bench/` compiled, as users run the code. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup.mjs'

const [name] = process.argv.slice(2)
const file = join(root, 'dist', 'bench', `${name}.js`)
if (name === undefined || !existsSync(file)) {
  console.error(`npm run bench -- NAME: no benchmark is called ${name}; see bench/`)
  process.exit(254)
}
await import(file)
