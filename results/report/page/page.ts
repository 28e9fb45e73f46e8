/**
 * Builds the page from its data: the verdict first, then what proves it, then everything else. Runs in
 * the browser: see script.ts.
 */
import type { PageData } from '../page-data.ts'
import type { PageDocument, PageElement, PageWindow } from './dom.ts'

declare const document: PageDocument
declare const window: PageWindow
declare const h: typeof import('./elements.ts').h
declare const section: typeof import('./elements.ts').section
declare const table: typeof import('./elements.ts').table
declare const factList: typeof import('./elements.ts').factList
declare const lineList: typeof import('./elements.ts').lineList
declare const proofView: typeof import('./proof-view.ts').proofView
declare const chartsView: typeof import('./charts-view.ts').chartsView
declare const drawCharts: typeof import('./charts-view.ts').drawCharts

export const start = (): void => {
  const data = JSON.parse(document.getElementById('data')!.textContent!) as PageData
  document.title = `${data.headline.word} · ${data.title}`
  const main = h('main', '', verdictView(data))
  if (data.proofs.length > 0)
    main.append(
      section(
        'proof',
        data.proofs.length === 1 ? 'Proof' : 'Proofs',
        ...data.proofs.map(proofView),
      ),
    )
  main.append(
    section('charts', 'The run over time', chartsView(data.charts)),
    section('faults', 'Faults', faultsView(data)),
    section('operations', 'Operations', table(data.kinds)),
    section('facts', 'The run', factList('facts', data.facts), ...statsView(data)),
  )
  document.body.replaceChildren(main)
  drawCharts(data.charts)
}

/** The first screen: what broke, what was promised, how to repeat it. */
export const verdictView = (data: PageData): PageElement => {
  const { word, tone, sentence } = data.headline
  const header = h(
    'header',
    tone,
    h('p', 'eyebrow', h('strong', 'badge', word), h('bdi', 'quiet', data.title)),
    h('h1', '', h('bdi', '', sentence)),
    h(
      'dl',
      'claims',
      h('div', '', h('dt', '', 'Promised'), h('dd', '', h('bdi', '', data.promised))),
      h('div', '', h('dt', '', 'Found'), h('dd', '', lineList(data.found))),
      ...[
        { name: 'Problems', texts: data.problems },
        { name: 'Notes', texts: data.notes },
      ].flatMap(({ name, texts }) =>
        texts.length === 0 ? [] : [h('div', '', h('dt', '', name), h('dd', '', lineList(texts)))],
      ),
    ),
    factList('figures', data.figures),
  )
  if (data.command !== undefined) header.append(commandView(data.command))
  return header
}

/** The command, which a button copies, or selects where the browser denies that. */
export const commandView = (command: string): PageElement => {
  const code = h('code', '', command)
  const button = h('button', '', 'Copy')
  button.setAttribute('type', 'button')
  button.setAttribute('aria-live', 'polite')
  const copied = () => {
    button.textContent = 'Copied'
  }
  const selected = () => {
    window.getSelection()?.selectAllChildren(code)
    button.textContent = 'Selected'
  }
  button.addEventListener('click', () => {
    const { clipboard } = window.navigator
    if (clipboard === undefined) selected()
    else clipboard.writeText(command).then(copied, selected)
  })
  return h('div', 'command', h('span', 'quiet', 'Repeat'), code, button)
}

export const faultsView = (data: PageData): PageElement =>
  data.faults.rows.length === 0
    ? h('p', 'quiet', 'Nothing was broken in this run.')
    : table(data.faults)

/** The checkers' numbers, folded away: there are many and few people need them. */
export const statsView = (data: PageData): readonly PageElement[] =>
  data.stats.length === 0
    ? []
    : [
        h(
          'details',
          '',
          h('summary', '', 'What the checkers counted'),
          factList('facts', data.stats),
        ),
      ]
