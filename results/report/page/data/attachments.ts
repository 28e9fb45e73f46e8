/** The report's bulky data, by name, inflated on demand. */
import { inflate } from './inflate.ts'

/** The blocks of an attachment as they stand in the page, in their order; none if there is no such one. */
export const blocksOf = (name: string): readonly string[] =>
  [...document.querySelectorAll(`script[type="application/gzip"][data-name="${name}"]`)].map(
    ({ textContent }) => textContent,
  )

/** An attachment of texts, whole; empty if there is none. @throws when it is damaged */
export const attachment = async (name: string): Promise<string> => {
  const decoder = new TextDecoder()
  const texts = []
  for (const block of blocksOf(name))
    texts.push(decoder.decode(await inflate(block), { stream: true }))
  return texts.join('') + decoder.decode()
}
