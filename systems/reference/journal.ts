/**
 * What a replica keeps on its disk: the state at some request and the requests after it, in order. `since` is
 * the view or epoch in which it got that state from another replica: who has none has lost everything, or
 * never had anything. Each state begins a log of its own, so that what it replaces goes in one step.
 */
import type { Json, Storage } from '../../harness/api.ts'
import type { Request } from './store.ts'

interface Base {
  readonly since: number
  readonly index: number
  readonly state: Json
}

export class Journal<Entry = Request | null> {
  private base: Base | undefined
  private readonly requests: Entry[]

  constructor(private readonly storage: Storage) {
    this.base = storage.get('base') as unknown as Base | undefined
    const kept = this.base === undefined ? [] : storage.entries(fileOf(this.base))
    this.requests = [...kept] as unknown as Entry[]
  }

  /** The view or epoch in which it was begun; 0 when it never was. */
  get since(): number {
    return this.base?.since ?? 0
  }

  /** The last request that the state stands for. */
  get baseIndex(): number {
    return this.base?.index ?? 0
  }

  /** The state there; null when nothing was begun. */
  get state(): Json {
    return this.base?.state ?? null
  }

  get lastIndex(): number {
    return this.baseIndex + this.requests.length
  }

  /** Requests after the state. */
  get length(): number {
    return this.requests.length
  }

  at(index: number): Entry | undefined {
    return this.requests[index - this.baseIndex - 1]
  }

  /** Requests from an index on up to another, at most so many; none when the state stands for the first. */
  from(index: number, to: number, most: number): readonly Entry[] {
    const start = index - this.baseIndex - 1
    if (start < 0) return []
    return this.requests.slice(start, Math.min(start + most, to - this.baseIndex))
  }

  append(request: Entry): number {
    this.requests.push(request)
    this.storage.append(fileOf(this.base!), request as unknown as Json)
    return this.lastIndex
  }

  /** Begins anew with a state, and forgets everything before. */
  begin(base: Base): void {
    this.replace(base, [])
  }

  /** Lets a state stand for the requests up to an index, and keeps the rest. */
  compact(index: number, state: Json): void {
    const rest = this.from(index + 1, this.lastIndex, this.length)
    this.replace({ since: this.since, index, state }, rest)
  }

  private replace(base: Base, rest: readonly Entry[]): void {
    const before = this.base === undefined ? undefined : fileOf(this.base)
    const file = fileOf(base)
    this.storage.truncate(file, 0)
    for (const request of rest) this.storage.append(file, request as unknown as Json)
    this.storage.put('base', base as unknown as Json)
    if (before !== undefined && before !== file) this.storage.truncate(before, 0)
    this.base = base
    this.requests.splice(0, this.requests.length, ...rest)
  }
}

const fileOf = ({ since, index }: Base): string => `log-${since}-${index}`
