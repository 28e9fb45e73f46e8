/**
 * What the panels of the page share: the window of time, the selected operation, the filter. It lives in
 * the address as well, so that a link shows what its sender saw.
 */
import { useEffect, useState } from 'preact/hooks'

/** A stretch of the run, ns since it began. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** What is shown of the history; an absent part narrows nothing. */
export interface Filter {
  /** As the key is shown. */
  readonly key?: string
  readonly process?: number
  readonly node?: string
  readonly f?: string
  readonly outcome?: 'ok' | 'fail' | 'info'
  /** Searched in values, keys and errors. */
  readonly query?: string
}

export interface ViewState {
  readonly window: Window
  /** The `index` of the selected operation's invocation. */
  readonly op: number | undefined
  readonly filter: Filter
}

/** The shortest window: no clock tells shorter ones apart. */
const SHORTEST_NS = 100

export class View {
  #state: ViewState
  readonly #endNs: number
  readonly #listeners = new Set<() => void>()

  /** A view of a run that ended at `endNs`, as an address (`#op=…`) asks for it. */
  constructor(endNs: number, address = '') {
    this.#endNs = Math.max(endNs, SHORTEST_NS)
    this.#state = { ...readAddress(address), window: this.whole }
    const { from, to } = readWindow(address)
    this.look({ from: from ?? 0, to: to ?? this.#endNs })
  }

  get state(): ViewState {
    return this.#state
  }

  /** The whole run. */
  get whole(): Window {
    return { from: 0, to: this.#endNs }
  }

  get showsAll(): boolean {
    const { from, to } = this.#state.window
    return from <= 0 && to >= this.#endNs
  }

  /** Shows a stretch of time, moved and cut to what there is. */
  look({ from, to }: Window): void {
    const span = Math.min(this.#endNs, Math.max(SHORTEST_NS, to - from))
    const start = Math.min(Math.max(0, from), this.#endNs - span)
    if (Number.isFinite(start + span)) this.#set({ window: { from: start, to: start + span } })
  }

  /** Zooms by a factor (2: twice as long a stretch) around a moment, the middle if none is given. */
  zoom(factor: number, around?: number): void {
    const { from, to } = this.#state.window
    const still = around ?? (from + to) / 2
    this.look({ from: still - (still - from) * factor, to: still + (to - still) * factor })
  }

  /** Moves by a part of the window's length; to the left if negative. */
  pan(part: number): void {
    const { from, to } = this.#state.window
    const by = (to - from) * part
    this.look({ from: from + by, to: to + by })
  }

  /** Selects an operation by the index of its invocation, or none. */
  select(op: number | undefined): void {
    this.#set({ op })
  }

  /** Replaces the filter. */
  narrow(filter: Filter): void {
    this.#set({ filter })
  }

  /** Takes over what an address asks for. */
  follow(address: string): void {
    this.#set(readAddress(address))
    const { from, to } = readWindow(address)
    if (from !== undefined || to !== undefined)
      this.look({ from: from ?? 0, to: to ?? this.#endNs })
  }

  /** The fragment of a link to what is seen now; empty for the page as it opens. */
  get address(): string {
    const { op, filter, window } = this.#state
    const fields = new URLSearchParams()
    if (op !== undefined) fields.set('op', String(op))
    if (!this.showsAll) {
      fields.set('from', inSeconds(window.from))
      fields.set('to', inSeconds(window.to))
    }
    for (const [name, value] of Object.entries(filter)) fields.set(name, String(value))
    fields.sort()
    return String(fields)
  }

  /** Calls back after every change until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #set(change: Partial<ViewState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}

/** A part of the view's state; the component is drawn again when it is another (by `Object.is`). */
export const useView = <T>(view: View, select: (state: ViewState) => T): T => {
  const [, redraw] = useState<{ readonly part: T }>()
  const part = select(view.state)
  useEffect(() => {
    let known = part
    const hear = () => {
      const now = select(view.state)
      if (Object.is(now, known)) return
      known = now
      redraw({ part: now })
    }
    hear()
    return view.subscribe(hear)
  }, [view])
  return part
}

const inSeconds = (ns: number): string => String(Number((ns / 1e9).toFixed(9)))

const number = (text: string | null): number | undefined =>
  text === null || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text)

const readWindow = (address: string): { from?: number; to?: number } => {
  const fields = new URLSearchParams(address.replace(/^#/, ''))
  const [from, to] = [number(fields.get('from')), number(fields.get('to'))]
  return {
    ...(from === undefined ? {} : { from: from * 1e9 }),
    ...(to === undefined ? {} : { to: to * 1e9 }),
  }
}

/** What is not understood is left out: addresses are typed and shortened by people. */
const readAddress = (address: string): Pick<ViewState, 'op' | 'filter'> => {
  const fields = new URLSearchParams(address.replace(/^#/, ''))
  const [key, node, f, query, outcome] = ['key', 'node', 'f', 'query', 'outcome'].map((name) =>
    fields.get(name),
  )
  const process = number(fields.get('process'))
  return {
    op: number(fields.get('op')),
    filter: {
      ...(key == null ? {} : { key }),
      ...(process === undefined ? {} : { process }),
      ...(node == null ? {} : { node }),
      ...(f == null ? {} : { f }),
      ...(outcome === 'ok' || outcome === 'fail' || outcome === 'info' ? { outcome } : {}),
      ...(query ? { query } : {}),
    },
  }
}
