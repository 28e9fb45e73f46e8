/**
 * The state machine that the replicated systems here replicate: registers with compare-and-set, lists to
 * append to, counters and sets, and for each client the last request that it made with its answer, so that
 * one that is sent again is answered again and not carried out again (Ongaro, "Consensus: Bridging Theory
 * and Practice", 2014, section 6.3).
 */
import type { Json } from '../../harness/api.ts'

export type Command =
  | { readonly f: 'read'; readonly key: string }
  | { readonly f: 'write'; readonly key: string; readonly value: Json }
  | { readonly f: 'cas'; readonly key: string; readonly from: Json; readonly to: Json }
  /** Comes to the length of the list. */
  | { readonly f: 'append'; readonly key: string; readonly value: Json }
  | { readonly f: 'increment'; readonly key: string; readonly value: number }

/** A command with who asked for it: numbers of one client rise. */
export interface Request<C = Command> {
  readonly client: string
  readonly number: number
  readonly command: C
}

/** What a command came to; `swapped` tells whether a compare-and-set did, `value` what it saw or made. */
export interface Result {
  readonly value: Json
  readonly swapped?: boolean
}

/** Whether the store remembers its clients' last requests. */
export type Memory = 'sessions' | 'none'

export class Store {
  /** Its lists are its own and grow: they are copied on their way in and out. */
  private values = new Map<string, Json>()
  private sessions = new Map<string, { readonly number: number; readonly result: Result }>()

  constructor(private readonly memory: Memory = 'sessions') {}

  /** Carries a request out, unless it was carried out before. */
  apply({ client, number, command }: Request): Result {
    const last = this.sessions.get(client)
    if (this.memory === 'sessions' && last !== undefined && number <= last.number)
      return last.result
    const result = this.perform(command)
    if (command.f !== 'read') this.sessions.set(client, { number, result })
    return result
  }

  /** What a key holds; null when nothing was ever put there. */
  read(key: string): Json {
    return copyOf(this.values.get(key) ?? null)
  }

  /** All of it, as JSON; `without` leaves out what it remembers of its clients. */
  snapshot(without?: 'sessions'): Json {
    const sessions = [...this.sessions].map(([client, { number, result }]): Json => {
      const { value, swapped } = result
      return [client, number, value, swapped ?? null]
    })
    const values = [...this.values].map(([key, value]): Json => [key, copyOf(value)])
    return { values, sessions: without === 'sessions' ? [] : sessions }
  }

  /** Becomes what `snapshot` made. */
  restore(snapshot: Json): void {
    const { values, sessions } = snapshot as unknown as Snapshot
    this.values = new Map(values.map(([key, value]) => [key, copyOf(value)]))
    this.sessions = new Map(
      sessions.map(([client, number, value, swapped]) => [
        client,
        { number, result: swapped === null ? { value } : { value, swapped } },
      ]),
    )
  }

  private perform(command: Command): Result {
    if (command.f === 'append') return this.append(command.key, command.value)
    const { after, result } = outcomeOf(command, this.read(command.key))
    if (after !== undefined) this.values.set(command.key, copyOf(after))
    return result
  }

  /** As `outcomeOf`, without a copy of what may be long. */
  private append(key: string, value: Json): Result {
    const list = (this.values.get(key) ?? []) as Json[]
    list.push(value)
    this.values.set(key, list)
    return { value: list.length }
  }
}

/** What a command comes to where its key holds `value`; `after` is what the key holds then, if that is another. */
export const outcomeOf = (
  command: Command,
  value: Json,
): { readonly result: Result; readonly after?: Json } => {
  switch (command.f) {
    case 'read':
      return { result: { value } }
    case 'write':
      return { result: { value: command.value }, after: command.value }
    case 'cas': {
      const swapped = value === command.from
      return { result: { value, swapped }, ...(swapped ? { after: command.to } : {}) }
    }
    case 'append': {
      const after = [...((value ?? []) as readonly Json[]), command.value]
      return { result: { value: after.length }, after }
    }
    case 'increment': {
      const after = ((value ?? 0) as number) + command.value
      return { result: { value: after }, after }
    }
  }
}

const copyOf = (value: Json): Json => (Array.isArray(value) ? [...value] : value)

interface Snapshot {
  readonly values: readonly (readonly [string, Json])[]
  readonly sessions: readonly (readonly [string, number, Json, boolean | null])[]
}
