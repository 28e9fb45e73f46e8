/** Work for after the first picture: its result is undefined until nothing more urgent is left to be drawn. */
import { useEffect, useState } from 'preact/hooks'

const LATER_MS = 150

/** What `make` returns, anew whenever it is another function. */
export const useLater = <T>(make: () => T): T | undefined => {
  const [made, setMade] = useState<{ readonly by: () => T; readonly value: T }>()
  useEffect(() => {
    const timer = setTimeout(() => setMade({ by: make, value: make() }), LATER_MS)
    return () => clearTimeout(timer)
  }, [make])
  return made?.by === make ? made.value : undefined
}
