/** The command that repeats the run, which a button copies, or selects where the browser denies that. */
import { useRef, useState } from 'preact/hooks'

export const Command = ({ command }: { readonly command: string }) => {
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
