/**
 * The little of the browser that the page's script touches, as types. The compiler's own `dom` library
 * would put `name`, `event` and `status` into the scope of every file of the repository.
 */
export interface PageElement {
  textContent: string | null
  className: string
  readonly clientWidth: number
  readonly style: { setProperty(name: string, value: string): void }
  append(...children: readonly (PageElement | string)[]): void
  replaceChildren(...children: readonly (PageElement | string)[]): void
  setAttribute(name: string, value: string): void
  addEventListener(type: string, listener: (event: PageEvent) => void): void
}

export interface PageEvent {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  preventDefault(): void
}

export interface PageDocument {
  title: string
  readonly body: PageElement
  createElement(tag: string): PageElement
  createElementNS(namespace: string, tag: string): PageElement
  getElementById(id: string): PageElement | null
}

export interface PageWindow {
  readonly devicePixelRatio: number
  getComputedStyle(element: PageElement): { getPropertyValue(name: string): string }
  matchMedia(query: string): Pick<PageElement, 'addEventListener'>
  addEventListener(type: string, listener: () => void): void
  requestAnimationFrame(callback: () => void): number
  readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } }
  getSelection(): { selectAllChildren(element: PageElement): void } | null
}

/** What drawing on a canvas needs. */
export interface PageCanvas {
  fillStyle: string
  strokeStyle: string
  lineWidth: number
  beginPath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  arc(x: number, y: number, radius: number, from: number, to: number): void
  closePath(): void
  fill(): void
  stroke(): void
  save(): void
  restore(): void
  rect(x: number, y: number, width: number, height: number): void
  clip(): void
}
