/**
 * The canvas of the timeline and what the pointer does to it: drags and wheels move the page's window, a
 * click selects. It draws by itself whenever the window changes, at most once a frame; nothing else of the
 * page is drawn again for that.
 */
import { NONE } from '../../operations/operations.ts'
import { type Palette, palette } from '../canvas.ts'
import type { View } from '../view-state.ts'
import { drawTimeline } from './draw.ts'
import { type Geometry, GUTTER, geometryOf, heights, nsAt, rowTop } from './geometry.ts'
import { type Hit, hitAt } from './hit.ts'
import type { Scene } from './scene.ts'

export interface PictureHost {
  /** Scrolls; its child keeps the height of all lanes. */
  readonly frame: HTMLElement
  readonly spacer: HTMLElement
  readonly canvas: HTMLCanvasElement
  readonly view: View
  /** What the pointer is at, and where in the frame. */
  onPoint(hit: Hit | undefined, x: number, y: number): void
  onPick(hit: Hit | undefined): void
}

export class Picture {
  readonly #host: PictureHost
  readonly #canvas: CanvasRenderingContext2D
  readonly #leave: (() => void)[] = []
  #scene: Scene | undefined
  #palette: Palette = palette()
  #frame = 0
  #hovered = NONE
  #selected = NONE
  #drag:
    | { readonly x: number; readonly from: number; readonly to: number; moved: boolean }
    | undefined

  constructor(host: PictureHost) {
    this.#host = host
    this.#canvas = host.canvas.getContext('2d', { alpha: false })!
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    this.#listen(scheme, 'change', () => {
      this.#palette = palette()
      this.redraw()
    })
    const size = new ResizeObserver(() => this.redraw())
    size.observe(host.frame)
    this.#leave.push(
      () => size.disconnect(),
      host.view.subscribe(() => this.redraw()),
    )
    this.#listen(host.frame, 'scroll', () => this.redraw())
    this.#listen(host.canvas, 'wheel', (event) => this.#wheel(event as WheelEvent))
    this.#listen(host.canvas, 'pointerdown', (event) => this.#down(event as PointerEvent))
    this.#listen(host.canvas, 'pointermove', (event) => this.#move(event as PointerEvent))
    this.#listen(host.canvas, 'pointerup', (event) => this.#up(event as PointerEvent))
    this.#listen(host.canvas, 'pointerleave', () => this.#point(undefined, 0, 0))
    this.#listen(host.canvas, 'dblclick', (event) => {
      host.view.zoom(1 / 4, this.#ns(event as MouseEvent))
    })
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame)
    for (const leave of this.#leave) leave()
  }

  /** Takes what is to be drawn, and draws it. */
  show(scene: Scene): void {
    this.#scene = scene
    const { height, whole } = heights(scene)
    this.#host.frame.style.setProperty('height', `${height}px`)
    this.#host.spacer.style.setProperty('height', `${whole}px`)
    this.#draw()
  }

  /** Emphasises an operation by its place, or NONE, and brings its row into view. */
  select(place: number): void {
    this.#selected = place
    const row = place === NONE ? undefined : this.#scene?.rowOf(place)
    if (row !== undefined) {
      const geometry = this.#geometry
      const top = rowTop(geometry, row) - geometry.lanesTop
      const room = geometry.height - geometry.lanesTop - geometry.laneHeight
      if (top < 0) this.scroll(top)
      else if (top > room) this.scroll(top - room)
    }
    this.redraw()
  }

  /** Moves the lanes by some pixels; up if negative. */
  scroll(by: number): void {
    this.#host.frame.scrollTop += by
  }

  /** Draws at the next frame. */
  redraw(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#draw())
  }

  get #geometry(): Geometry {
    const { frame, view } = this.#host
    return geometryOf(this.#scene!, frame.clientWidth, view.state.window, frame.scrollTop)
  }

  #draw(): void {
    if (this.#scene === undefined) return
    const geometry = this.#geometry
    const { canvas } = this.#host
    const scale = devicePixelRatio
    const [width, height] = [geometry.width * scale, geometry.height * scale]
    if (canvas.width !== Math.round(width) || canvas.height !== Math.round(height)) {
      canvas.width = Math.round(width)
      canvas.height = Math.round(height)
      canvas.style.setProperty('width', `${geometry.width}px`)
      canvas.style.setProperty('height', `${geometry.height}px`)
    }
    this.#canvas.setTransform(scale, 0, 0, scale, 0, 0)
    drawTimeline(this.#canvas, this.#scene, geometry, this.#palette, {
      selected: this.#selected,
      hovered: this.#hovered,
    })
  }

  /** A page that scrolls by wheel must not stop here: zooming wants the focus, or a key. */
  #wheel(event: WheelEvent): void {
    const { view, frame } = this.#host
    const wanted = event.ctrlKey || event.metaKey || frame.matches(':focus-within')
    if (!wanted || event.altKey) return
    event.preventDefault()
    const across = event.shiftKey ? event.deltaY : event.deltaX
    if (Math.abs(across) > (event.shiftKey ? 0 : Math.abs(event.deltaY)))
      view.pan(across / (frame.clientWidth - GUTTER))
    else view.zoom(1.0015 ** Math.max(-400, Math.min(400, event.deltaY)), this.#ns(event))
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return
    const { canvas, view, frame } = this.#host
    canvas.setPointerCapture(event.pointerId)
    frame.focus({ preventScroll: true })
    this.#drag = { x: event.offsetX, ...view.state.window, moved: false }
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag
    if (drag === undefined) {
      this.#point(this.#hit(event), event.offsetX, event.offsetY)
      return
    }
    const by = drag.x - event.offsetX
    if (!drag.moved && Math.abs(by) < 4) return
    drag.moved = true
    this.#point(undefined, 0, 0)
    const { width, left } = this.#geometry
    const ns = (by / (width - left)) * (drag.to - drag.from)
    this.#host.view.look({ from: drag.from + ns, to: drag.to + ns })
  }

  #up(event: PointerEvent): void {
    const drag = this.#drag
    this.#drag = undefined
    if (drag !== undefined && !drag.moved) this.#host.onPick(this.#hit(event))
  }

  #point(hit: Hit | undefined, x: number, y: number): void {
    const hovered = hit?.kind === 'operation' ? hit.place : NONE
    if (hovered !== this.#hovered) this.redraw()
    this.#hovered = hovered
    this.#host.onPoint(hit, x, y)
  }

  #hit({ offsetX, offsetY }: MouseEvent): Hit | undefined {
    return this.#scene && hitAt(this.#scene, this.#geometry, offsetX, offsetY)
  }

  #ns({ offsetX }: MouseEvent): number {
    return nsAt(this.#geometry, Math.max(GUTTER, offsetX))
  }

  #listen(target: EventTarget, type: string, listener: (event: Event) => void): void {
    target.addEventListener(type, listener, { passive: false })
    this.#leave.push(() => target.removeEventListener(type, listener))
  }
}
