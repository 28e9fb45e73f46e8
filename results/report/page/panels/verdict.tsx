/**
 * The first screen: the verdict as a sentence, what was promised, kept and broken, the proof as a small drawing
 * with its words, the faults then, and the command that repeats the run. Where there is no verdict, why and
 * what to do come first.
 */
import './verdict.css'
import { FactList, LineList } from '../elements.tsx'
import { Around, Drawn } from '../proof/proof-view.tsx'
import type { PanelProps } from '../run-data.ts'
import { Command } from './command.tsx'
import { LogLines } from './log-lines.tsx'

export const Verdict = ({ data: { page }, view }: PanelProps) => {
  const { word, tone, sentence } = page.headline
  const [proof, ...others] = page.proofs
  const drawn = proof?.drawing === undefined ? undefined : proof
  return (
    <header class={tone}>
      <p class="eyebrow">
        <strong class="badge">{word}</strong>
        <bdi class="quiet">{page.title}</bdi>
      </p>
      <h1>
        <bdi>{sentence}</bdi>
      </h1>
      {unsettled(page) ? <Reasons {...page} /> : null}
      <dl class="claims">
        <Claim name="Promised" text={page.promised} />
        <Claim name="Keeps" text={page.standing.kept} />
        <Claim name="Breaks" text={page.standing.broken} />
        <Claim name="Open" text={page.standing.open} />
        {drawn === undefined && page.found.length > 0 ? (
          <Claims name={unsettled(page) ? 'Until then' : 'Found'} texts={page.found} />
        ) : null}
      </dl>
      {drawn === undefined ? null : (
        <figure class="evidence">
          <Drawn proof={drawn} view={view} />
          <figcaption>
            <p>
              <strong>{drawn.title}</strong> <bdi>{drawn.summary}</bdi>
            </p>
            <Around texts={drawn.around} />
            {others.length === 0 ? null : (
              <p>
                <button type="button" onClick={toProofs}>
                  {others.length === 1 ? 'One more anomaly' : `${others.length} more anomalies`}
                </button>
              </p>
            )}
          </figcaption>
        </figure>
      )}
      {page.command === undefined ? null : <Command command={page.command} />}
      <FactList class="figures" facts={page.figures} />
      {unsettled(page) ? null : <Reasons {...page} />}
      {page.notes.length === 0 ? null : (
        <dl class="claims">
          <Claims name="Notes" texts={page.notes} />
        </dl>
      )}
    </header>
  )
}

/** Not a link: the address' fragment says what is seen of the history. */
const toProofs = () => document.getElementById('proof')?.scrollIntoView()

type Page = PanelProps['data']['page']

/** Whether the reader must not look for a verdict. */
const unsettled = ({ ending }: Page): boolean => ending !== 'valid' && ending !== 'violation'

/** Why there is no verdict, or what went wrong beside it; what nodes printed last; what to do. */
const Reasons = ({ ending, reasons, quotes, advice, problems }: Page) => (
  <>
    {problems.length === 0 ? null : (
      <div class="reasons">
        <h2>Problems of the harness</h2>
        <LineList texts={problems} />
      </div>
    )}
    {quotes.length === 0 ? null : (
      <div class="reasons">
        <h2>What the nodes printed last</h2>
        <LogLines lines={quotes} />
      </div>
    )}
    {reasons.length === 0 ? null : (
      <div class="reasons">
        <h2>{titles[ending] ?? 'What could not be decided'}</h2>
        <LineList texts={reasons} />
      </div>
    )}
    {advice.length === 0 ? null : (
      <div class="reasons advice">
        <h2>What to do</h2>
        <LineList texts={advice} />
      </div>
    )}
  </>
)

const titles: Readonly<Partial<Record<Page['ending'], string>>> = {
  unknown: 'Why there is no verdict',
  vacuous: 'Why this run proves nothing',
}

const Claim = ({ name, text }: { readonly name: string; readonly text: string | undefined }) =>
  text === undefined ? null : (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{text}</bdi>
      </dd>
    </div>
  )

const Claims = ({ name, texts }: { readonly name: string; readonly texts: readonly string[] }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <LineList texts={texts} />
    </dd>
  </div>
)
