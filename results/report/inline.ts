/** Our own code inside a page: what its policy admits it by, and that it cannot end its element early. */
import { createHash } from 'node:crypto'

/** A bug in a build, never in a run. */
export const inline = (code: string): string => {
  if (/<\/(script|style)|<!--/i.test(code)) throw new Error('the page’s code would end its element')
  return code
}

/** The source of a policy that admits exactly this code. */
export const hash = (code: string): string =>
  `'sha256-${createHash('sha256').update(code).digest('base64')}'`
