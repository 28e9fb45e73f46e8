/**
 * The YAML of a compose file, with the line and column of every part of it: whoever finds something wrong can
 * say where. Anchors, aliases and merge keys (`<<`) are resolved, variables filled in.
 */
import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { messageOf, UsageError } from '../errors.ts'
import { interpolate, type Variables } from './interpolate.ts'

export type Path = readonly PropertyKey[]

/** A file may repeat itself by aliases this often, before it is taken for an attack. */
const MOST_ALIASES = 1000

export class ComposeDocument {
  /** As plain data; variables are filled in by `filled`. */
  private readonly value: unknown
  private readonly lines = new LineCounter()
  private readonly document: ReturnType<typeof parseDocument>

  /** @throws UsageError with line and column */
  constructor(
    private readonly file: string,
    text: string,
  ) {
    this.document = parseDocument(text, {
      lineCounter: this.lines,
      merge: true,
      prettyErrors: false,
    })
    const [first] = this.document.errors
    if (first !== undefined)
      throw new UsageError(`${this.placeAt(first.pos[0])}: ${messageOf(first.message)}`)
    try {
      this.value = this.document.toJS({ maxAliasCount: MOST_ALIASES })
    } catch (error) {
      throw new UsageError(`${file}: ${messageOf(error)}`)
    }
  }

  /** The data with its variables filled in. @throws UsageError naming the place of a wrong expression */
  filled(variables: Variables): unknown {
    const fill = (value: unknown, path: Path): unknown => {
      if (typeof value === 'string') {
        try {
          return interpolate(value, variables)
        } catch (error) {
          throw this.wrong(path, messageOf(error))
        }
      }
      if (Array.isArray(value)) return value.map((item, at) => fill(item, [...path, at]))
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, fill(item, [...path, key])]),
      )
    }
    return fill(this.value, [])
  }

  /** What to throw for something wrong at a path: one line with the place and the path. */
  wrong(path: Path, message: string): UsageError {
    const name = path.length === 0 ? '' : `${path.map(String).join('.')}: `
    return new UsageError(`${this.place(path)}: ${name}${message}`)
  }

  /** `file:line:column` of what is at a path, or of the nearest part around it that stands in the file. */
  place(path: Path): string {
    for (let length = path.length; length > 0; length--) {
      const offset = this.offset(path.slice(0, length))
      if (offset !== undefined) return this.placeAt(offset)
    }
    return this.file
  }

  private placeAt(offset: number): string {
    const { line, col } = this.lines.linePos(offset)
    return `${this.file}:${line}:${col}`
  }

  /** Where the key of a path stands, or the item of a list. */
  private offset(path: Path): number | undefined {
    const around = this.document.getIn(path.slice(0, -1), true)
    const last = path.at(-1)
    if (isMap(around)) {
      const pair = around.items.find((item) => isPair(item) && keyOf(item.key) === last)
      return startOf(pair?.key)
    }
    return startOf(this.document.getIn(path, true))
  }
}

const keyOf = (key: unknown): unknown => (isScalar(key) ? key.value : key)

const startOf = (node: unknown): number | undefined => (node as Node | undefined)?.range?.[0]
