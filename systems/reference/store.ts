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
  | { readonly f: 'append'; readonly key: string; readonly value: Json }
  | { readonly f: 'increment'; readonly key: string; readonly value: number }

/** A command with who asked for it: numbers of one client rise. */
export interface Request<C = Command> {
  readonly client: string
  readonly number: number
  readonly command: C
}

/** What a command came to; `swapped` tells whether a compare-and-set did, `value` what it saw. */
export interface Result {
  readonly value: Json
  readonly swapped?: boolean
}

/** Whether the store remembers its clients' last requests. */
export type Memory = 'sessions' | 'none'

export class Store {
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
    return this.values.get(key) ?? null
  }

  /** All of it, as JSON; `without` leaves out what it remembers of its clients. */
  snapshot(without?: 'sessions'): Json {
    const sessions = [...this.sessions].map(([client, { number, result }]): Json => {
      const { value, swapped } = result
      return [client, number, value, swapped ?? null]
    })
    return { values: [...this.values], sessions: without === 'sessions' ? [] : sessions }
  }

  /** Becomes what `snapshot` made. */
  restore(snapshot: Json): void {
    const { values, sessions } = snapshot as unknown as Snapshot
    this.values = new Map(values)
    this.sessions = new Map(
      sessions.map(([client, number, value, swapped]) => [
        client,
        { number, result: swapped === null ? { value } : { value, swapped } },
      ]),
    )
  }

  private perform(command: Command): Result {
    const { after, result } = outcomeOf(command, this.read(command.key))
    if (after !== undefined) this.values.set(command.key, after)
    return result
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
      return { result: { value: after }, after }
    }
    case 'increment': {
      const after = ((value ?? 0) as number) + command.value
      return { result: { value: after }, after }
    }
  }
}

interface Snapshot {
  readonly values: readonly (readonly [string, Json])[]
  readonly sessions: readonly (readonly [string, number, Json, boolean | null])[]
}
