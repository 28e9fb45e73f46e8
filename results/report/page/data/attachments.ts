/** The report's bulky data, by name, inflated on demand. */
import { inflate } from './inflate.ts'

/** Whether the browser has read the file to its end: the page is drawn before. */
const parsed = new Promise<void>((done) => {
  if (document.readyState !== 'loading') done()
  else document.addEventListener('DOMContentLoaded', () => done())
})

/** The blocks of an attachment as they stand in the page, in their order; none if there is no such one. */
export const blocksOf = async (name: string): Promise<readonly string[]> => {
  await parsed
  const blocks = document.querySelectorAll(`script[type="application/gzip"][data-name="${name}"]`)
  return [...blocks].map(({ textContent }) => textContent)
}

/** An attachment of texts, whole; empty if there is none. @throws when it is damaged */
export const attachment = async (name: string): Promise<string> => {
  const decoder = new TextDecoder()
  const texts = []
  for (const block of await blocksOf(name))
    texts.push(decoder.decode(await inflate(block), { stream: true }))
  return texts.join('') + decoder.decode()
}
