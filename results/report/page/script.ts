/**
 * The page's script as text. It is written as typed functions and embedded as their source, so that it
 * needs no bundler and is the same from `dist/` as from the sources. That works because each part uses
 * only its own arguments, other parts by their names, and the browser: parts may not close over
 * anything else, and are all exported. A browser test runs them.
 */
import * as charts from './charts-view.ts'
import * as clocks from './clocks-view.ts'
import * as elements from './elements.ts'
import * as page from './page.ts'
import * as proof from './proof-view.ts'

/** A classic script that expects `uPlot` and an element `#data` of JSON. */
export const pageScript = (): string => {
  const parts = Object.entries({ ...elements, ...proof, ...charts, ...clocks, ...page })
  const definitions = parts.map(([name, part]) => {
    const source = typeof part === 'function' ? part.toString() : JSON.stringify(part)
    return `const ${name} = ${source}`
  })
  return `'use strict';(() => {\n${KEEP_NAMES}\n${definitions.join('\n')}\nstart()\n})()`
}

/** tsx compiles functions to calls of this helper, which keeps their names. */
const KEEP_NAMES = 'const __name = (part) => part'
