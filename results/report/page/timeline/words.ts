/** What the timeline says of the things on it: in its tips, to screen readers. */
import { duration, line, seconds } from '../../text.ts'
import { type FaultView, faultSentence } from '../../timeline.ts'
import { labelOf } from './draw-lanes.ts'
import type { Hit } from './hit.ts'
import type { NodeRow, Scene } from './scene.ts'

/** Lines of text about what is pointed at. */
export const wordsOf = (scene: Scene, hit: Hit): readonly string[] => {
  if (hit.kind === 'operation') return operationWords(scene, hit.place)
  return hit.kind === 'fault' ? faultWords(hit.fault) : nodeWords(hit.node, hit.ns)
}

export const operationWords = (scene: Scene, place: number): readonly string[] => {
  const { index, outcome, process, node, from, to, error } = scene.operations.facts(place)
  const took = to === undefined ? 'never completed' : `took ${duration((to - from) / 1e6)}`
  const where = node === '' ? '' : ` on ${line(node, 40)}`
  return [
    labelOf(scene, place),
    `${outcome}${error === '' ? '' : `: ${line(error, 160)}`}`,
    `#${index}, process ${process}${where}, at ${seconds(from, 6)} s, ${took}`,
    ...(scene.violations.has(place) ? ['proves a violation'] : []),
  ]
}

export const faultWords = (fault: FaultView): readonly string[] => [
  faultSentence(fault),
  fault.evidence,
  ...(fault.healEvidence === '' ? [] : [`healed: ${fault.healEvidence}`]),
]

const nodeWords = ({ name, led, faults, clock }: NodeRow, ns: number): readonly string[] => {
  const span = led.find(({ from, to }) => from <= ns && ns < to)
  const hit = faults.filter(({ fromNs, toNs }) => fromNs <= ns && ns <= toNs)
  const ahead = clock.findLast((sample) => sample.ns <= ns)?.ms ?? undefined
  return [
    name,
    ...(span === undefined
      ? []
      : [`leads from ${seconds(span.from, 3)} to ${seconds(span.to, 3)} s, as far as it was seen`]),
    ...(ahead === undefined
      ? []
      : [`its clock is ${duration(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead'}`]),
    ...hit.flatMap(faultWords),
  ]
}
