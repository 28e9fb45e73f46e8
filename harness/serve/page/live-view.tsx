/** A run that goes on: counts, rate and faults so far, as the server tells them. */
import { useEffect, useState } from 'preact/hooks'
import { Heads, LineList } from '../../../results/report/page/elements.tsx'
import { duration } from '../../../results/report/text.ts'
import type { Picture } from '../follow.ts'
import { number } from './elements.tsx'

/** What goes quiet for longer may have been killed; s. */
const QUIET_S = 30

export const Live = ({ id, ended }: { readonly id: string; readonly ended: () => void }) => {
  const [picture, setPicture] = useState<Picture>()
  useEffect(() => {
    const source = new EventSource(`/api/runs/${encodeURIComponent(id)}/live`)
    source.onmessage = ({ data }) => {
      const next = JSON.parse(data) as Picture
      setPicture(next)
      if (next.ended === undefined) return
      source.close()
      ended()
    }
    return () => source.close()
  }, [id])
  if (picture === undefined) return <p class="quiet">…</p>
  const { atS, phase, kinds, open, okPerSecond, faults, healed, primaries, warnings } = picture
  const isQuiet = picture.quietS > QUIET_S
  return (
    <section id="live" aria-live="off">
      <p>
        <strong>{isQuiet ? 'nothing new' : phase || 'set-up'}</strong>{' '}
        {isQuiet
          ? `for ${duration(1000 * picture.quietS)}: it is being judged, or was killed;`
          : ''}{' '}
        <span id="live-time">{atS.toFixed(1)} s</span>
        {primaries.length === 0 ? '' : `, led by ${primaries.join(', ')}`}
      </p>
      <Rate okPerSecond={okPerSecond} />
      <table id="live-kinds">
        <Heads names={['f', 'ok', 'fail', 'info']} />
        <tbody>
          {kinds.map(({ f, ok, fail, info }) => (
            <tr key={f}>
              <td>
                <bdi>{f}</bdi>
              </td>
              <td class="number">{number(ok)}</td>
              <td class="number">{number(fail)}</td>
              <td class="number">{number(info)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        {number(open)} in flight; faults in place:{' '}
        <span id="live-faults">
          {faults
            .map(
              ({ fault, targets, sinceS }) => `${fault} on ${targets} since ${sinceS.toFixed(1)} s`,
            )
            .join('; ') || 'none'}
        </span>
        ; {number(healed)} healed
      </p>
      {warnings.length === 0 ? null : <LineList class="missing" texts={warnings} />}
    </section>
  )
}

/** ok operations in each of the last seconds. The present second is not over, and left out. */
const Rate = ({ okPerSecond }: { readonly okPerSecond: readonly number[] }) => {
  const whole = okPerSecond.slice(0, -1)
  const most = Math.max(1, ...whole)
  return (
    <figure>
      <svg class="rate" viewBox={`0 0 ${60 * 8} 60`} role="img" aria-label="ok operations a second">
        {whole.map((n, at) => {
          const height = (56 * n) / most
          return <rect key={at} x={8 * at + 1} y={60 - height} width={6} height={height} />
        })}
      </svg>
      <figcaption>
        <span id="live-rate">{number(whole.at(-1) ?? 0)}</span> ok operations in the last second, at
        most {number(most)}
      </figcaption>
    </figure>
  )
}
