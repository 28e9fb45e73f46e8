/**
 * The timeline: every operation of every process over time, with faults, nodes and leaders on the same
 * axis. The picture is a canvas; what it shows is also said in words and to be had as a table.
 */
import './timeline.css'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { NONE, type Operations } from '../../operations/operations.ts'
import { count, seconds } from '../../text.ts'
import type { FaultView } from '../../timeline.ts'
import type { PanelProps, RunData } from '../run-data.ts'
import { type Filter, useView, type View } from '../view-state.ts'
import { FaultDetails, OperationDetails } from './details.tsx'
import { matching } from './filter.ts'
import { KEYS, pressed } from './keys.ts'
import { lanesOf } from './lanes.ts'
import { Legend } from './legend.tsx'
import { Minimap } from './minimap.tsx'
import { firstViolation, goTo, goToViolation, nearest, neighbour } from './navigate.ts'
import { Picture } from './picture.ts'
import { type Scene, sceneOf } from './scene.ts'
import { type Tip, TipBox } from './tip.tsx'
import { Toolbar } from './toolbar.tsx'
import { VisibleTable } from './visible-table.tsx'
import { operationWords, wordsOf } from './words.ts'

export const Timeline = ({ data, view }: PanelProps) => {
  const { operations, loading } = data
  return (
    <>
      {loading.state === 'reading' ? (
        <p class="quiet" role="status">
          {`Reading the operations: ${Math.round((100 * loading.done) / loading.of)} %`}
        </p>
      ) : null}
      {loading.state === 'damaged' ? (
        <p class="damage" role="alert">
          {loading.missing}
        </p>
      ) : null}
      {operations === undefined ? null : (
        <Explorer data={data} operations={operations} view={view} />
      )}
    </>
  )
}

interface ExplorerProps {
  readonly data: RunData
  readonly operations: Operations
  readonly view: View
}

const Explorer = ({ data, operations, view }: ExplorerProps) => {
  const { around, charts } = data.page
  const filter = useView(view, (state) => state.filter)
  const op = useView(view, (state) => state.op)
  const [fault, setFault] = useState<FaultView>()
  const lanes = useMemo(
    () => lanesOf(operations, around.threads, around.endNs),
    [operations, around],
  )
  const matches = useMatches(data, operations, filter)
  const scene = useMemo(
    () => sceneOf({ operations, lanes, matches, around, clocks: charts.clocks }),
    [operations, lanes, matches, around, charts],
  )
  const selected = op === undefined ? NONE : operations.placeOf(op)
  const violation = useMemo(() => firstViolation(operations, around), [operations, around])
  const go = (place: number) => {
    if (place === NONE) return
    setFault(undefined)
    goTo(view, operations, place)
  }
  const step = (by: 1 | -1, among: 'all' | 'lane') => {
    const { from, to } = view.state.window
    go(selected === NONE ? nearest(scene, (from + to) / 2) : neighbour(scene, selected, by, among))
  }
  const toViolation = () => {
    setFault(undefined)
    goToViolation(view, operations, violation)
  }
  useLinked(view, operations)
  return (
    <div class="timeline">
      <Toolbar
        scene={scene}
        view={view}
        onViolation={violation.length === 0 ? undefined : toViolation}
        onStep={(by) => step(by, 'all')}
      />
      <Legend scene={scene} />
      <Canvas
        {...{ scene, view, selected }}
        onStep={step}
        onViolation={toViolation}
        onPick={(place, picked) => {
          setFault(picked)
          view.select(place === NONE ? undefined : operations.columns.index[place])
        }}
      />
      <Minimap scene={scene} view={view} />
      <p class="unseen" aria-live="polite">
        {selected === NONE ? '' : operationWords(scene, selected).join('. ')}
      </p>
      {selected !== NONE ? (
        <OperationDetails
          {...{ scene, around }}
          place={selected}
          onFault={(one) => {
            setFault(one)
            view.select(undefined)
          }}
        />
      ) : fault !== undefined ? (
        <FaultDetails fault={fault} />
      ) : null}
      {op !== undefined && selected === NONE ? (
        <p class="damage" role="alert">{`There is no operation #${op} in this report.`}</p>
      ) : null}
      <VisibleTable scene={scene} view={view} />
    </div>
  )
}

/** What the filter shows; the search of texts is the worker's, so it comes a little later. */
const useMatches = (
  data: RunData,
  operations: Operations,
  filter: Filter,
): Uint8Array | undefined => {
  const [matches, setMatches] = useState<Uint8Array>()
  useEffect(() => {
    let wanted = true
    const find = async () => {
      const texts = await data.search(filter.query ?? '')
      if (wanted) setMatches(matching(operations, filter, texts))
    }
    if (Object.keys(filter).length === 0) setMatches(undefined)
    else void find()
    return () => {
      wanted = false
    }
  }, [data.search, operations, filter])
  return matches
}

/** A link that names an operation and no window shows the operation. */
const useLinked = (view: View, operations: Operations): void => {
  useEffect(() => {
    const { op } = view.state
    const place = op === undefined ? NONE : operations.placeOf(op)
    if (place !== NONE && view.showsAll) goTo(view, operations, place)
  }, [view, operations])
}

interface CanvasProps {
  readonly scene: Scene
  readonly view: View
  readonly selected: number
  readonly onStep: (step: 1 | -1, among: 'all' | 'lane') => void
  readonly onViolation: () => void
  readonly onPick: (place: number, fault: FaultView | undefined) => void
}

const Canvas = ({ scene, view, selected, onStep, onViolation, onPick }: CanvasProps) => {
  const frame = useRef<HTMLDivElement>(null)
  const spacer = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = useRef<Picture>(undefined)
  const [tip, setTip] = useState<Tip>()
  const pick = useRef(onPick)
  pick.current = onPick
  const shown = useRef(scene)
  shown.current = scene
  // Before the browser paints: charts that take longer come after.
  useLayoutEffect(() => {
    frame.current!.tabIndex = 0
    const made = new Picture({
      frame: frame.current!,
      spacer: spacer.current!,
      canvas: canvas.current!,
      view,
      onPoint: (hit, x, y) => setTip(hit && { texts: wordsOf(shown.current, hit), x, y }),
      onPick: (hit) =>
        pick.current(
          hit?.kind === 'operation' ? hit.place : NONE,
          hit?.kind === 'fault' ? hit.fault : undefined,
        ),
    })
    picture.current = made
    return () => made.destroy()
  }, [view])
  useLayoutEffect(() => picture.current!.show(scene), [scene])
  useLayoutEffect(() => picture.current!.select(selected), [scene, selected])
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { from, to } = view.state.window
    const target = {
      view,
      step: onStep,
      pick: () => onPick(nearest(scene, (from + to) / 2), undefined),
      violation: onViolation,
      scroll: (pixels: number) => picture.current!.scroll(pixels),
    }
    if (pressed(event.key, event.shiftKey, target)) event.preventDefault()
  }
  return (
    <div class="timeline-picture">
      <div
        class="timeline-frame"
        ref={frame}
        role="application"
        aria-label={`${summary(scene)} ${KEYS}`}
        onKeyDown={press}
      >
        <canvas ref={canvas} />
        <div ref={spacer} class="timeline-spacer" />
      </div>
      {tip === undefined ? null : <TipBox {...tip} />}
    </div>
  )
}

const summary = ({ operations, rows, faults, endNs }: Scene): string =>
  `Timeline of ${count(operations.length)} operations of ${count(rows.length)} threads in ` +
  `${seconds(endNs, 1)} s, with ${count(faults.length)} faults.`
