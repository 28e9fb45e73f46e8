/** What the keys do when the timeline has the focus. */
import type { View } from '../view-state.ts'

export interface KeyTarget {
  readonly view: View
  /** To the next shown operation or the one before; of the selected one's process where asked. */
  step(step: 1 | -1, among: 'all' | 'lane'): void
  /** Selects what is nearest to the middle. */
  pick(): void
  violation(): void
  /** Moves the lanes; up if negative. */
  scroll(pixels: number): void
}

/** In words, for the page and for screen readers. */
export const KEYS =
  'Arrows move and scroll, + and − zoom, 0 shows all, n and p go to the next and previous operation ' +
  '(N and P of the same process), Enter selects, v goes to the first violation, Escape ends the selection.'

const NUDGE = 1 / 8
const LEAP = 7 / 8
const SCROLL = 60

/** Does what a key asks for; whether there was something. */
export const pressed = (key: string, shift: boolean, target: KeyTarget): boolean => {
  const { view } = target
  const part = shift ? LEAP : NUDGE
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => view.pan(-part),
    ArrowRight: () => view.pan(part),
    ArrowUp: () => target.scroll(-SCROLL),
    ArrowDown: () => target.scroll(SCROLL),
    Home: () => view.pan(-view.whole.to),
    End: () => view.pan(view.whole.to),
    '+': () => view.zoom(1 / 2),
    '=': () => view.zoom(1 / 2),
    '-': () => view.zoom(2),
    '0': () => view.look(view.whole),
    n: () => target.step(1, 'all'),
    p: () => target.step(-1, 'all'),
    N: () => target.step(1, 'lane'),
    P: () => target.step(-1, 'lane'),
    Enter: () => target.pick(),
    v: () => target.violation(),
    Escape: () => view.select(undefined),
  }
  const action = actions[key]
  action?.()
  return action !== undefined
}
