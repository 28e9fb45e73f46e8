/**
 * How the page's script makes elements. Runs in the browser: see script.ts. Texts become text nodes
 * and attributes that cannot hold code, never markup: they may come from a tested system.
 */
import type { PageFact, PageTable } from '../page-data.ts'
import type { PageDocument, PageElement } from './dom.ts'

declare const document: PageDocument

/** An HTML element with a class, if not empty, and children; strings are text. */
export const h = (
  tag: string,
  className: string,
  ...children: readonly (PageElement | string)[]
): PageElement => {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

/** An SVG element. */
export const svg = (
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (PageElement | string)[]
): PageElement => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

export const section = (
  id: string,
  title: string,
  ...children: readonly PageElement[]
): PageElement => {
  const element = h('section', '', h('h2', '', title), ...children)
  element.setAttribute('id', id)
  return element
}

/** A table that scrolls sideways by itself. `mark` may add a sign before a cell's text. */
export const table = (
  { heads, rows }: PageTable,
  mark: (row: number, column: number) => PageElement | undefined = () => undefined,
): PageElement => {
  const used = heads.map((_, column) => rows.some((row) => row[column] !== ''))
  const cells = (tag: string, texts: readonly string[], row: number) =>
    texts.flatMap((text, column) => {
      if (!used[column]) return []
      const sign = row < 0 ? undefined : mark(row, column)
      const className = `column-${heads[column]!.replace(/\W/g, '-')}`
      const cell = h(tag, className, ...(sign === undefined ? [] : [sign]), h('bdi', '', text))
      if (row < 0) cell.setAttribute('scope', 'col')
      return [cell]
    })
  const body = h(
    'table',
    '',
    h('thead', '', h('tr', '', ...cells('th', heads, -1))),
    h('tbody', '', ...rows.map((row, at) => h('tr', '', ...cells('td', row, at)))),
  )
  const scroller = h('div', 'scroll', body)
  scroller.setAttribute('tabindex', '0')
  return scroller
}

export const factList = (className: string, facts: readonly PageFact[]): PageElement =>
  h(
    'dl',
    className,
    ...facts.map(({ name, text }) =>
      h('div', '', h('dt', '', name), h('dd', '', h('bdi', '', text))),
    ),
  )

export const lineList = (texts: readonly string[]): PageElement =>
  h('ul', '', ...texts.map((text) => h('li', '', h('bdi', '', text))))

/** The sign of an outcome: outcomes differ in shape as well as in colour. */
export const sign = (outcome: 'ok' | 'fail' | 'info'): PageElement => {
  const shape =
    outcome === 'ok'
      ? svg('circle', { cx: 5, cy: 5, r: 3.4 })
      : outcome === 'fail'
        ? svg('path', { d: 'M1.8 1.8 8.2 8.2M8.2 1.8 1.8 8.2' })
        : svg('path', { d: 'M5 1.2 9 8.6H1Z' })
  return svg(
    'svg',
    {
      class: `sign ${outcome}`,
      viewBox: '0 0 10 10',
      width: 10,
      height: 10,
      'aria-hidden': 'true',
    },
    shape,
  )
}
