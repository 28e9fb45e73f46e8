/**
 * A way to speak to nodes that somebody else describes, such as those of a compose file: `--client NAME`. What
 * a system of `systems/` says of its own clients, a protocol says for any system that understands it.
 */
import type { Client, ClientContext, DataType, WallTime } from './api.ts'

/** One node as the clients of a protocol find it. */
export interface Target extends ClientContext {
  /** The node's `endpoint` leads to the port that clients use, whichever is asked for; so do the cluster's. */
  readonly node: ClientContext['node']
  /** The environment that the node's container was given: names of users and databases, passwords. */
  readonly environment: Readonly<Record<string, string>>
  /** What stands behind the colon of `--client NAME:ARGUMENT`; '' if nothing does. */
  readonly argument: string
}

/** Opens one client; as of a system's clients, one that cannot open makes its operation `fail`. */
export type OpenTarget = (target: Target) => Promise<Client>

export interface Protocol {
  /** One line for `schism list`. */
  readonly summary: string
  /** The port that is taken where a node has several. */
  readonly port?: number
  /** What stands behind the colon of `--client NAME:ARGUMENT`; absent: nothing may. */
  readonly argument?: { readonly name: string; readonly required: boolean }
  readonly clients: Readonly<Record<DataType, OpenTarget>>
  /**
   * Returns when a node serves clients, and makes first what they need, such as tables. Asked again and again, also
   * after faults. @throws why the node does not serve yet; UsageError or BrokenClient when it never will
   */
  ready(target: Target, signal: AbortSignal): Promise<void>
  /** Whether a node says that it leads. Absent: nobody can say. */
  isPrimary?(target: Target, signal: AbortSignal): Promise<boolean>
  /** What time it is on a node, in its own words. */
  wallTime?(target: Target, signal: AbortSignal): Promise<WallTime | undefined>
}
