/**
 * The whole run in a strip: how many operations were shown in each moment and what became of them, the
 * faults, and a frame around the window. Dragging the frame moves the window, dragging beside it makes one.
 */
import { useEffect, useRef } from 'preact/hooks'
import { FAIL, OK } from '../../operations/operations.ts'
import { palette } from '../canvas.ts'
import type { View, Window } from '../view-state.ts'
import type { Scene } from './scene.ts'

const HEIGHT = 44

export const Minimap = ({ scene, view }: { readonly scene: Scene; readonly view: View }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => drawOn(canvas.current!, scene), [scene])
  useEffect(() => follow(frame.current!, scene, view), [scene, view])
  const drag = useRef<Drag | undefined>(undefined)
  const at = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect()
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * scene.endNs
  }
  return (
    <div
      class="minimap"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = beginDrag(at(event), view.state.window, view.showsAll)
      }}
      onPointerMove={(event) => drag.current && view.look(drag.current(at(event)))}
      onPointerUp={() => {
        drag.current = undefined
      }}
    >
      <canvas ref={canvas} />
      <div class="minimap-window" ref={frame} />
    </div>
  )
}

/** The window to look at when the pointer is at a moment. */
type Drag = (ns: number) => Window

const beginDrag = (begun: number, window: Window, showsAll: boolean): Drag => {
  const { from, to } = window
  if (!showsAll && begun >= from && begun <= to)
    return (ns) => ({ from: from + ns - begun, to: to + ns - begun })
  return (ns) => ({ from: Math.min(begun, ns), to: Math.max(begun, ns) })
}

const follow = (frame: HTMLElement, { endNs }: Scene, view: View): (() => void) => {
  const place = () => {
    const { from, to } = view.state.window
    frame.style.setProperty('left', `${(from / endNs) * 100}%`)
    frame.style.setProperty('width', `${((to - from) / endNs) * 100}%`)
  }
  place()
  return view.subscribe(place)
}

const drawOn = (element: HTMLCanvasElement, scene: Scene): (() => void) => {
  const draw = () => drawRun(element, scene)
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  const size = new ResizeObserver(draw)
  scheme.addEventListener('change', draw)
  size.observe(element)
  return () => {
    scheme.removeEventListener('change', draw)
    size.disconnect()
  }
}

const drawRun = (element: HTMLCanvasElement, scene: Scene): void => {
  const width = Math.max(1, Math.round(element.clientWidth * devicePixelRatio))
  const height = HEIGHT * devicePixelRatio
  element.width = width
  element.height = height
  const canvas = element.getContext('2d')!
  const colours = palette()
  const { ok, fail, info } = counts(scene, width)
  const most = ok.reduce((all, n, at) => Math.max(all, n + fail[at]! + info[at]!), 1)
  for (const { fromNs, toNs } of scene.faults) {
    canvas.fillStyle = colours.band
    const x = (fromNs / scene.endNs) * width
    canvas.fillRect(x, 0, Math.max(1, (toNs / scene.endNs) * width - x), height)
  }
  // Uncertain ones stand on top, failures hang from above: never by colour alone.
  for (let x = 0; x < width; x++) {
    const scaled = (n: number) => (n === 0 ? 0 : Math.max(1, (n / most) * height * 0.8))
    const high = scaled(ok[x]!)
    canvas.fillStyle = colours.ok
    canvas.fillRect(x, height - high, 1, high)
    canvas.fillStyle = colours.info
    canvas.fillRect(x, height - high - scaled(info[x]!), 1, scaled(info[x]!))
    canvas.fillStyle = colours.fail
    canvas.fillRect(x, 0, 1, scaled(fail[x]!))
  }
}

/** How many of the shown operations began in each pixel. O(operations). */
const counts = ({ operations, index, endNs }: Scene, width: number) => {
  const { outcome } = operations.columns
  const [ok, fail, info] = [0, 1, 2].map(() => new Float64Array(width))
  const scale = width / Math.max(1, endNs)
  for (let at = 0; at < index.shown; at++) {
    const x = Math.max(0, Math.min(width - 1, Math.floor(index.from[at]! * scale)))
    const one = outcome[index.places[at]!]
    const column = one === OK ? ok! : one === FAIL ? fail! : info!
    column[x]!++
  }
  return { ok: ok!, fail: fail!, info: info! }
}
