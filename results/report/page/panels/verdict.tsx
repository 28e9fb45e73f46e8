/** The first screen: what broke, what was promised, how to repeat it. */
import { useRef, useState } from 'preact/hooks'
import { FactList, LineList } from '../elements.tsx'
import type { PanelProps } from '../run-data.ts'

export const Verdict = ({ data: { page } }: PanelProps) => {
  const { word, tone, sentence } = page.headline
  const lists = [
    { name: 'Found', texts: page.found },
    { name: 'Problems', texts: page.problems },
    { name: 'Notes', texts: page.notes },
  ].filter(({ name, texts }) => name === 'Found' || texts.length > 0)
  return (
    <header class={tone}>
      <p class="eyebrow">
        <strong class="badge">{word}</strong>
        <bdi class="quiet">{page.title}</bdi>
      </p>
      <h1>
        <bdi>{sentence}</bdi>
      </h1>
      <dl class="claims">
        <div>
          <dt>Promised</dt>
          <dd>
            <bdi>{page.promised}</bdi>
          </dd>
        </div>
        {lists.map(({ name, texts }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <LineList texts={texts} />
            </dd>
          </div>
        ))}
      </dl>
      <FactList class="figures" facts={page.figures} />
      {page.command === undefined ? null : <Command command={page.command} />}
    </header>
  )
}

/** The command, which a button copies, or selects where the browser denies that. */
const Command = ({ command }: { readonly command: string }) => {
  const code = useRef<HTMLElement>(null)
  const [done, setDone] = useState('Copy')
  const select = () => {
    getSelection()?.selectAllChildren(code.current!)
    setDone('Selected')
  }
  const copy = () => {
    // Absent where the page is not in a secure context.
    const clipboard: Clipboard | undefined = navigator.clipboard
    if (clipboard === undefined) select()
    else clipboard.writeText(command).then(() => setDone('Copied'), select)
  }
  return (
    <div class="command">
      <span class="quiet">Repeat</span>
      <code ref={code}>{command}</code>
      <button type="button" aria-live="polite" onClick={copy}>
        {done}
      </button>
    </div>
  )
}
