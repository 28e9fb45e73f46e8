/** One run: what it was, how it ended or goes on, and what can be done with it. */
import { useState } from 'preact/hooks'
import { FactList, LineList } from '../../../results/report/page/elements.tsx'
import { ask, type RunDetails, useAsked } from './api.ts'
import { Awaited, Outcome, when } from './elements.tsx'
import { Live } from './live-view.tsx'

export const Run = ({ id }: { readonly id: string }) => {
  const [turn, setTurn] = useState(0)
  const asked = useAsked<RunDetails>(`/api/runs/${encodeURIComponent(id)}?${turn}`)
  return (
    <Awaited asked={asked}>
      {(details) => <Details details={details} again={() => setTurn(turn + 1)} />}
    </Awaited>
  )
}

const Details = ({
  details,
  again,
}: {
  readonly details: RunDetails
  readonly again: () => void
}) => {
  const { row, run, verdict, missing, files, changes } = details
  const place = `/runs/${encodeURIComponent(row.id)}`
  return (
    <>
      <h1>
        <Outcome of={row.outcome} /> {row.system} {row.workload}
      </h1>
      <p class="id">
        <code>{row.id}</code>
      </p>
      {row.outcome === 'unfinished' ? <Live id={row.id} ended={again} /> : null}
      {row.says === '' || row.outcome === 'unfinished' ? null : (
        <p id="says">
          <bdi>{row.says}</bdi>
        </p>
      )}
      <p class="bar">
        <a href={`${place}/report`} target="_blank" rel="noreferrer">
          Open the report
        </a>
        <a href={`#/history/${row.id}`}>Runs of this configuration</a>
        <a href={`${place}/zip`} download>
          Download as zip
        </a>
        {changes === 'allowed' ? <Check id={row.id} done={again} /> : null}
      </p>
      <Facts details={details} />
      {verdict === undefined ? null : (
        <>
          <h2>Checkers</h2>
          <ul>
            {Object.entries(verdict.checkers).map(([name, { valid, reason }]) => (
              <li key={name}>
                <bdi>
                  {name}: {valid === true ? 'valid' : valid === false ? 'violation' : 'unknown'}
                  {reason === undefined ? '' : `, ${reason}`}
                </bdi>
              </li>
            ))}
          </ul>
        </>
      )}
      {missing.length + (verdict?.problems.length ?? 0) === 0 ? null : (
        <LineList class="missing" texts={[...(verdict?.problems ?? []), ...missing]} />
      )}
      {run === undefined ? null : (
        <>
          <h2>Repeat it</h2>
          <pre id="command">{run.command}</pre>
        </>
      )}
      <h2>Files</h2>
      <ul id="files">
        {files.map(({ path, bytes }) => (
          <li key={path}>
            <a href={`${place}/files/${path.split('/').map(encodeURIComponent).join('/')}`}>
              {path}
            </a>{' '}
            <span class="quiet">{bytes.toLocaleString('en-US')} bytes</span>
          </li>
        ))}
      </ul>
    </>
  )
}

const Facts = ({ details: { row, run } }: { readonly details: RunDetails }) => {
  const options = Object.entries(row.options).map(([name, value]) => `${name}=${value}`)
  const facts: readonly (readonly [string, string])[] = [
    ['system', `${row.system} ${row.systemVersion}`],
    ['promised', run === undefined ? row.promised : `${row.promised}: ${run.claim.says}`],
    ['faults', row.faults.join(', ') || 'none'],
    ['options', options.join(', ') || 'none'],
    ['cluster', `${row.nodes} nodes, ${row.cluster}`],
    ['clients', `${row.concurrency}, ${row.rate} operations a second, ${row.timeLimitS} s`],
    ['seed', String(row.seed)],
    ['begun', `${when(row.startedAt)} UTC`],
    ['schism', row.schism],
  ]
  return <FactList class="facts" facts={facts.map(([name, text]) => ({ name, text }))} />
}

/** Judges the run again, where the server lets it. */
const Check = ({ id, done }: { readonly id: string; readonly done: () => void }) => {
  const [says, setSays] = useState('Judge it again')
  const check = async (): Promise<void> => {
    setSays('Judging…')
    try {
      await ask(`/api/runs/${encodeURIComponent(id)}/check`, { method: 'POST' })
      setSays('Judged again')
      done()
    } catch (error) {
      setSays((error as Error).message)
    }
  }
  return (
    <button type="button" id="check" onClick={() => void check()} disabled={says === 'Judging…'}>
      {says}
    </button>
  )
}
