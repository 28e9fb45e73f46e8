/** All that is known of the selected operation or fault. */
import type { ComponentChildren } from 'preact'
import type { PageAround } from '../../around.ts'
import { count, duration, line, seconds } from '../../text.ts'
import type { FaultView } from '../../timeline.ts'
import { Sign } from '../elements.tsx'
import type { Scene } from './scene.ts'
import { faultWords } from './words.ts'

interface Fact {
  readonly name: string
  readonly text: ComponentChildren
}

/** A value is cut when the report is made; this bounds what its strange characters grow to. */
const VALUE_MAX = 5000
/** A value that needs no line of its own. */
const SHORT = 30

const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl class="details">
    {facts.map(({ name, text }) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{text}</dd>
      </div>
    ))}
  </dl>
)

export const OperationDetails = ({
  scene,
  around,
  place,
  onFault,
}: {
  readonly scene: Scene
  readonly around: PageAround
  readonly place: number
  readonly onFault: (fault: FaultView) => void
}) => {
  const facts = scene.operations.facts(place)
  const { index, from, to, outcome } = facts
  const meanwhile = scene.faults.filter(
    ({ fromNs, toNs }) => fromNs <= (to ?? scene.endNs) && toNs >= from,
  )
  const proves = around.violations.filter(({ ops }) => ops.includes(index))
  return (
    <section class="selected" aria-label={`Operation ${index}`}>
      <h3>
        <Sign outcome={outcome} />
        <bdi>{`#${index} ${line(facts.f, 60)}`}</bdi>
        {proves.map(({ type }) => (
          <strong class="proves" key={type}>{`proves ${type}`}</strong>
        ))}
        <a href={`#op=${index}`}>link to this operation</a>
      </h3>
      <Facts facts={[...timeFacts(scene, place), ...valueFacts(scene, around, place)]} />
      {meanwhile.length === 0 ? null : (
        <div class="meanwhile">
          <h4>Faults in force</h4>
          <ul>
            {meanwhile.slice(0, FAULTS_MAX).map((fault) => (
              <li key={fault.name}>
                <button type="button" onClick={() => onFault(fault)}>
                  <bdi>{fault.name}</bdi>
                </button>{' '}
                <bdi>{faultWords(fault).join('; ')}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

const FAULTS_MAX = 20

const timeFacts = ({ operations }: Scene, place: number): readonly Fact[] => {
  const { outcome, process, node, from, to, completion } = operations.facts(place)
  return [
    { name: 'outcome', text: to === undefined ? `${outcome}: it never completed` : outcome },
    { name: 'process', text: String(process) },
    ...(node === '' ? [] : [{ name: 'node', text: <bdi>{line(node, 60)}</bdi> }]),
    { name: 'invoked', text: `${seconds(from, 9)} s` },
    {
      name: 'completed',
      text: to === undefined ? 'never' : `${seconds(to, 9)} s, event ${count(completion!)}`,
    },
    ...(to === undefined ? [] : [{ name: 'took', text: duration((to - from) / 1e6) }]),
  ]
}

const valueFacts = (
  { operations }: Scene,
  { states }: PageAround,
  place: number,
): readonly Fact[] => {
  const { index, key, asked, answered, error } = operations.facts(place)
  const known = states.find(({ op }) => op === index)
  const texts = [
    { name: 'key', text: key },
    { name: 'asked', text: asked },
    { name: 'answered', text: answered },
    { name: 'error', text: error },
    { name: 'state before', text: known?.before ?? '' },
    { name: 'state after', text: known?.after ?? '' },
  ]
  return texts
    .filter(({ text }) => text !== '')
    .map(({ name, text }) => ({
      name,
      text: <bdi class={text.length > SHORT ? 'value long' : 'value'}>{line(text, VALUE_MAX)}</bdi>,
    }))
}

export const FaultDetails = ({ fault }: { readonly fault: FaultView }) => (
  <section class="selected" aria-label={fault.name}>
    <h3>
      <bdi>{fault.name}</bdi>
    </h3>
    <Facts
      facts={[
        { name: 'targets', text: <bdi>{fault.targets}</bdi> },
        { name: 'planned', text: <bdi>{fault.planned}</bdi> },
        { name: 'requested', text: `${seconds(fault.requestedNs, 6)} s` },
        {
          name: 'installed',
          text: fault.installMs === undefined ? 'no' : `within ${duration(fault.installMs)}`,
        },
        { name: 'evidence', text: <bdi>{fault.evidence}</bdi> },
        {
          name: 'healed',
          text: fault.healedNs === undefined ? 'no' : `${seconds(fault.healedNs, 6)} s`,
        },
        { name: 'evidence of healing', text: <bdi>{fault.healEvidence}</bdi> },
      ].filter(({ name, text }) => name !== 'planned' || text !== '')}
    />
  </section>
)
