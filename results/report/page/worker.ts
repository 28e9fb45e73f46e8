/** What runs beside the page, so that it never stands still: decoding the history and searching its texts. */
import { OperationsDecoder } from '../operations/decode.ts'
import type { TextData } from '../operations/operations.ts'
import { inflate } from './data/inflate.ts'
import type { FromWorker, ToWorker } from './data/messages.ts'
import { textsWith } from './data/search.ts'

const say = (message: FromWorker, hand: readonly Transferable[] = []): void =>
  postMessage(message, { transfer: [...hand] })

let text: TextData | undefined

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'decode') void decode(data.blocks)
  else if (text !== undefined) {
    const texts = textsWith(text, data.query)
    say({ kind: 'found', id: data.id, texts }, [texts.buffer])
  }
})

const decode = async (blocks: readonly string[]): Promise<void> => {
  const decoder = new OperationsDecoder()
  let damage: string | undefined
  try {
    for (const [done, block] of blocks.entries()) {
      say({ kind: 'progress', done, of: blocks.length })
      decoder.add(await inflate(block))
    }
  } catch (error) {
    damage = error instanceof Error ? error.message : String(error)
  }
  const data = decoder.data
  text = decoder.text
  const buffers = Object.values(data.columns).map(({ buffer }) => buffer as ArrayBuffer)
  say({ kind: 'decoded', data, ...(damage === undefined ? {} : { damage }) }, [
    ...buffers,
    data.text.bytes.buffer,
    data.text.starts.buffer,
  ])
}
