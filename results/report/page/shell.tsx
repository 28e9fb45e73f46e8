/**
 * The page around its panels: one section for each that has something to show. The history is decoded by
 * the worker once the first picture stands.
 */
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { PageData } from '../page-data.ts'
import { count } from '../text.ts'
import { Reader, type Reading } from './data/reader.ts'
import { panels } from './panels/index.ts'
import type { Loading, RunData } from './run-data.ts'
import type { View } from './view-state.ts'

export const Shell = ({ page, view }: { readonly page: PageData; readonly view: View }) => {
  const data = useRunData(page)
  useAddress(view)
  return (
    <main>
      {panels.map(({ id, title, Panel, shows }) =>
        shows === undefined || shows(data) ? (
          <section id={id} key={id}>
            {title === undefined ? null : <h2>{title}</h2>}
            <Panel data={data} view={view} />
          </section>
        ) : null,
      )}
    </main>
  )
}

const nothingFound = async (): Promise<Uint8Array> => new Uint8Array()

const useRunData = (page: PageData): RunData => {
  const [reading, setReading] = useState<Reading>({ state: 'reading', done: 0, of: 1 })
  const [reader, setReader] = useState<Reader>()
  useEffect(() => {
    const frame = requestAnimationFrame(() => setReader(new Reader(setReading)))
    return () => cancelAnimationFrame(frame)
  }, [])
  return useMemo(
    () => ({
      page,
      operations: reading.state === 'read' ? reading.operations : undefined,
      loading: loadingOf(reading, page.around.operations),
      search: reader === undefined ? nothingFound : (query: string) => reader.search(query),
    }),
    [page, reading, reader],
  )
}

/** @param expected how many operations there should be */
const loadingOf = (reading: Reading, expected: number): Loading => {
  if (reading.state === 'reading') return reading
  const read = reading.state === 'read' ? reading.operations.length : 0
  if (reading.damage === undefined && read === expected) return { state: 'whole' }
  const why = reading.damage === undefined ? 'the file was cut off' : reading.damage
  const missing = `${count(expected - read)} of ${count(expected)} operations cannot be read: ${why}`
  return { state: 'damaged', missing }
}

/** The address follows the view, a moment after it came to rest, and the view an address that was typed. */
const useAddress = (view: View): void => {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const write = () => {
      const { address } = view
      if (address !== location.hash.slice(1)) history.replaceState(null, '', `#${address}`)
    }
    const leave = view.subscribe(() => {
      clearTimeout(timer)
      timer = setTimeout(write, REST_MS)
    })
    const follow = () => view.follow(location.hash)
    addEventListener('hashchange', follow)
    return () => {
      leave()
      clearTimeout(timer)
      removeEventListener('hashchange', follow)
    }
  }, [view])
}

const REST_MS = 250
