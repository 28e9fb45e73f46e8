/** What the shapes of the timeline mean. */
import { OUTCOMES, Sign } from '../elements.tsx'
import type { Scene } from './scene.ts'

const meanings = {
  ok: 'ok: a full bar',
  fail: 'fail: a hollow one, a mark above where there are many',
  info: 'info: dashed with an open end, a mark below where there are many',
} as const

export const Legend = ({ scene }: { readonly scene: Scene }) => (
  <ul class="legend">
    {OUTCOMES.map((outcome) => (
      <li key={outcome}>
        <Sign outcome={outcome} />
        {meanings[outcome]}
      </li>
    ))}
    {scene.faults.length === 0 ? null : (
      <li>
        <span class="swatch hatched" />
        fault
      </li>
    )}
    {scene.nodes.some(({ led }) => led.length > 0) ? (
      <li>
        <span class="swatch led" />
        leads
      </li>
    ) : null}
    {scene.violations.size === 0 ? null : (
      <li>
        <span class="swatch proof" />
        proves the violation
      </li>
    )}
    <li class="keys">
      Drag to move, Ctrl and wheel to zoom (wheel alone once it is clicked), double-click to zoom
      in.
    </li>
  </ul>
)
