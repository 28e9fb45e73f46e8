/** The page's side of the worker: has the history decoded and searched. */
import { Operations } from '../../operations/operations.ts'
import { blocksOf } from './attachments.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** What is known of the history by now. */
export type Reading =
  | { readonly state: 'reading'; readonly done: number; readonly of: number }
  | { readonly state: 'read'; readonly operations: Operations; readonly damage?: string }
  | { readonly state: 'failed'; readonly damage: string }

export class Reader {
  readonly #worker: Worker
  readonly #searches = new Map<number, (texts: Uint8Array) => void>()
  #last = 0

  /** Begins to read the history that the page holds. `hear` is told how far it is. */
  constructor(hear: (reading: Reading) => void) {
    const code = document.getElementById('worker')!.textContent
    const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
    this.#worker = new Worker(address)
    this.#worker.addEventListener('error', ({ message }) =>
      hear({ state: 'failed', damage: message || 'the browser allows no worker' }),
    )
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === 'found') this.#found(data.id, data.texts)
      else if (data.kind === 'progress') hear({ state: 'reading', ...data })
      else
        hear({
          state: 'read',
          operations: new Operations(data.data),
          ...(data.damage === undefined ? {} : { damage: data.damage }),
        })
    })
    void blocksOf('operations').then((blocks) => this.#say({ kind: 'decode', blocks }))
  }

  /** A 1 for every text of the history that has the query in it; of a later search's question only. */
  search(query: string): Promise<Uint8Array> {
    return new Promise((answer) => {
      this.#searches.set(++this.#last, answer)
      this.#say({ kind: 'search', id: this.#last, query })
    })
  }

  #found(id: number, texts: Uint8Array): void {
    this.#searches.get(id)?.(texts)
    this.#searches.delete(id)
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message)
  }
}
