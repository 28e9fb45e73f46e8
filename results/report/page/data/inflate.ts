/** Inflates blocks of the report, in the page as in its worker. */

/** The bytes of a block of gzip in base64. @throws when it is damaged */
export const inflate = async (block: string): Promise<Uint8Array<ArrayBuffer>> => {
  const stream = new Blob([bytesOf(block)]).stream()
  const inflated = stream.pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(inflated).arrayBuffer())
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}
