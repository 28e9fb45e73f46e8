/** The report's bulky data: gzip in base64 in blocks of the page, inflated on demand. */

/** The pieces of an attachment as they stand in the page, in their order; none if there is no such one. */
export const pieces = (name: string): readonly string[] =>
  [...document.querySelectorAll(`script[type="application/gzip"][data-name="${name}"]`)].map(
    ({ textContent }) => textContent,
  )

/** One piece's bytes. @throws when it is damaged */
export const inflate = async (piece: string): Promise<Uint8Array<ArrayBuffer>> => {
  const stream = new Blob([bytesOf(piece)]).stream()
  const inflated = stream.pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(inflated).arrayBuffer())
}

/** An attachment of texts, whole; empty if there is none. @throws when it is damaged */
export const attachment = async (name: string): Promise<string> => {
  const decoder = new TextDecoder()
  const texts = []
  for (const piece of pieces(name))
    texts.push(decoder.decode(await inflate(piece), { stream: true }))
  return texts.join('') + decoder.decode()
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}
