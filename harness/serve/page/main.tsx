/** The page of the server: which view the address asks for. */
import '../../../results/report/page/style.css'
import './style.css'
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Compare } from './compare-view.tsx'
import { History } from './history-view.tsx'
import { Run } from './run-view.tsx'
import { Table } from './table-view.tsx'

/** The address behind `#`: a path and a query. */
const usePlace = (): URL => {
  const read = (): URL => new URL(location.hash.slice(1) || '/', location.origin)
  const [place, setPlace] = useState(read)
  useEffect(() => {
    const follow = (): void => setPlace(read())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return place
}

const App = () => {
  const { pathname, searchParams } = usePlace()
  const [, view, id = ''] = pathname.split('/')
  return (
    <>
      <nav>
        <a href="#/">schism: all runs</a>
      </nav>
      <main>
        {view === 'run' ? <Run id={id} key={id} /> : null}
        {view === 'compare' ? (
          <Compare a={searchParams.get('a') ?? ''} b={searchParams.get('b') ?? ''} />
        ) : null}
        {view === 'history' ? <History id={id} /> : null}
        {view === '' ? <Table query={searchParams} /> : null}
      </main>
    </>
  )
}

render(<App />, document.body)
