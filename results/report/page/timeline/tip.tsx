/** A box of text beside the pointer. */
import { useLayoutEffect, useRef } from 'preact/hooks'

export interface Tip {
  readonly texts: readonly string[]
  /** Where the pointer is, in the box that this one stands in. */
  readonly x: number
  readonly y: number
}

const AWAY = 14

export const TipBox = ({ texts, x, y }: Tip) => {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { style, offsetWidth, offsetParent } = box.current!
    // On the side where there is room.
    const left =
      x + AWAY + offsetWidth > (offsetParent?.clientWidth ?? 0) ? x - AWAY - offsetWidth : x + AWAY
    style.setProperty('left', `${Math.max(0, left)}px`)
    style.setProperty('top', `${y + AWAY}px`)
  })
  return (
    <div class="tip" role="tooltip" ref={box}>
      {texts.map((text) => (
        <div key={text}>
          <bdi>{text}</bdi>
        </div>
      ))}
    </div>
  )
}
