/**
 * What several panels are made of. Texts are children, never markup: they may come from a tested system.
 */
import type { ComponentChildren } from 'preact'
import type { PageFact, PageTable } from '../page-data.ts'

export const OUTCOMES = ['ok', 'fail', 'info'] as const
export type Outcome = (typeof OUTCOMES)[number]

interface TableProps extends PageTable {
  /** May add a sign before a cell's text. */
  readonly mark?: (row: number, column: number) => ComponentChildren
}

/** A table in a box that scrolls sideways (and takes the focus for it by itself); columns without any text are left out. */
export const Table = ({ heads, rows, mark = () => null }: TableProps) => {
  const used = heads.flatMap((head, column) =>
    rows.some((row) => row[column] !== '')
      ? [{ head, column, name: `column-${head.replace(/\W/g, '-')}` }]
      : [],
  )
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {used.map(({ head, name }) => (
              <th key={name} class={name} scope="col">
                <bdi>{head}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {used.map(({ column, name }) => (
                <td key={name} class={name}>
                  {mark(at, column)}
                  <bdi>{row[column]}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The heads of a table's columns. */
export const Heads = ({ names }: { readonly names: readonly string[] }) => (
  <thead>
    <tr>
      {names.map((name) => (
        <th key={name} scope="col">
          {name}
        </th>
      ))}
    </tr>
  </thead>
)

/** Names with their texts. */
export const FactList = (props: {
  readonly class: string
  readonly facts: readonly PageFact[]
}) => (
  <dl class={props.class}>
    {props.facts.map(({ name, text }) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>
          <bdi>{text}</bdi>
        </dd>
      </div>
    ))}
  </dl>
)

export const LineList = (props: { readonly class?: string; readonly texts: readonly string[] }) => (
  <ul class={props.class}>
    {props.texts.map((text) => (
      <li key={text}>
        <bdi>{text}</bdi>
      </li>
    ))}
  </ul>
)

const shapes: Readonly<Record<Outcome, ComponentChildren>> = {
  ok: <circle cx={5} cy={5} r={3.4} />,
  fail: <path d="M1.8 1.8 8.2 8.2M8.2 1.8 1.8 8.2" />,
  info: <path d="M5 1.2 9 8.6H1Z" />,
}

/** The sign of an outcome: outcomes differ in shape as well as in colour. */
export const Sign = ({ outcome }: { readonly outcome: Outcome }) => (
  <svg class={`sign ${outcome}`} viewBox="0 0 10 10" width={10} height={10} aria-hidden="true">
    {shapes[outcome]}
  </svg>
)
