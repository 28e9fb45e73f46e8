/**
 * One connection to PostgreSQL that does nothing by itself: the driver neither retries nor reconnects, and
 * closing drops the socket, so that it never waits for a server that is frozen or gone.
 */
import { Socket } from 'node:net'
import { Client, type QueryArrayConfig, type QueryArrayResult } from 'pg'
import { type ClusterNode, DefiniteError } from '../../../harness/api.ts'
import {
  CONNECT_LIMIT_MS,
  type Row,
  type Connection as SqlConnection,
  type Statement,
} from '../connection.ts'
import { cancel } from './cancel.ts'
import { settled } from './errors.ts'
import { SERVER_PORT } from './nodes.ts'

export interface Habits {
  readonly limitMs?: number
  /** The isolation level of every transaction, as PostgreSQL names it. */
  readonly isolation?: string
  /** How far a commit must have come when it is acknowledged (synchronous_commit); the server's setting if absent. */
  readonly commit?: string
  /** After how long the server is asked to cancel a statement, ms; absent or 0: never. */
  readonly cancelAfterMs?: number
  /** What is believed of a commit that comes with a warning: it may be lost, or nothing is wrong. */
  readonly warnings?: 'heeded' | 'ignored'
  /** As whom, and where to; the superuser and his database if absent. */
  readonly login?: { readonly user: string; readonly password?: string; readonly database: string }
}

const superuser = { user: 'postgres', database: 'postgres' }

export class Connection implements SqlConnection {
  /** What the server warned of since the last statement was sent. */
  private warning: string | undefined

  private constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    private readonly endpoint: ReturnType<ClusterNode['endpoint']>,
    private readonly habits: Habits,
  ) {
    // A connection that breaks between two statements says so here; the next one finds it broken.
    client.on('error', () => {})
    client.on('notice', ({ detail }) => {
      if (detail?.includes(UNREPLICATED) === true) this.warning = detail
    })
  }

  /** Connects to one server. @throws what the driver throws; nothing was asked of the server then */
  static async open(node: ClusterNode, habits: Habits = {}): Promise<Connection> {
    const { limitMs = CONNECT_LIMIT_MS, isolation = 'read committed', login = superuser } = habits
    const settings = {
      default_transaction_isolation: isolation,
      ...(habits.commit === undefined ? {} : { synchronous_commit: habits.commit }),
    }
    const endpoint = node.endpoint(SERVER_PORT)
    const socket = new Socket()
    const client = new Client({
      ...endpoint,
      stream: () => socket,
      ...login,
      application_name: 'schism',
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
        .join(' '),
      ssl: false,
      connectionTimeoutMillis: limitMs,
    })
    const connection = new Connection(client, socket, endpoint, habits)
    try {
      await client.connect()
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  async run(
    { name, text }: Statement,
    values: readonly (string | number)[] = [],
  ): Promise<readonly Row[]> {
    return (await this.query({ name, text: numbered(text), values: [...values] })).rows
  }

  async begin(): Promise<void> {
    await this.query({ text: 'BEGIN' })
  }

  async commit(): Promise<void> {
    const { command } = await this.query({ text: 'COMMIT' })
    // What the server answers where a statement had failed.
    if (command !== 'COMMIT') throw new DefiniteError(`COMMIT answered by ${command}`)
  }

  settled(error: unknown): unknown {
    return settled(error)
  }

  /** Says goodbye if nothing is under way and drops the connection without waiting for an answer. */
  close(): void {
    void this.client.end()
    this.socket.destroySoon()
  }

  private async query(query: Omit<QueryArrayConfig, 'rowMode'>): Promise<QueryArrayResult> {
    this.warning = undefined
    const { cancelAfterMs = 0 } = this.habits
    const timer =
      cancelAfterMs > 0
        ? setTimeout(() => cancel(this.client, this.endpoint), cancelAfterMs)
        : undefined
    const result = await this.client
      .query({ ...query, rowMode: 'array' })
      .finally(() => clearTimeout(timer))
    if (this.warning !== undefined && this.habits.warnings !== 'ignored')
      throw new Error(this.warning)
    return result
  }
}

/**
 * What PostgreSQL says beside the answer to a commit that it stopped waiting for (syncrep.c). The transaction is visible
 * from then on, and a fail-over may lose it.
 */
const UNREPLICATED = 'might not have been replicated'

/** PostgreSQL numbers the values of a statement. */
const numbered = (text: string): string => {
  let number = 0
  return text.replaceAll('?', () => `$${++number}`)
}
