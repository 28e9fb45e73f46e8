/** The window of time when it has come to rest: for what is too much work for every frame of a movement. */
import { useEffect, useState } from 'preact/hooks'
import type { View, Window } from './view-state.ts'

/** When it has not moved for so long. */
const REST_MS = 90

export const useSettledWindow = (view: View): Window => {
  const [settled, setSettled] = useState(view.state.window)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const settle = () => setSettled(view.state.window)
    const leave = view.subscribe(() => {
      clearTimeout(timer)
      timer = setTimeout(settle, REST_MS)
    })
    settle()
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [view])
  return settled
}
