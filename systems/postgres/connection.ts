/**
 * One connection to PostgreSQL that does nothing by itself: the driver neither retries nor reconnects, and
 * closing drops the socket, so that it never waits for a server that is frozen or gone.
 */
import { Socket } from 'node:net'
import { Client, type QueryArrayConfig } from 'pg'
import type { ClusterNode } from '../../harness/api.ts'
import { SERVER_PORT } from './nodes.ts'

/** Shorter than any sensible operation time-out, so that "never connected" is known as such. */
const CONNECT_LIMIT_MS = 500

/** A statement, by a name under which the server keeps its plan. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Values as PostgreSQL writes them: whole numbers of 64 bits are text. */
export type Row = readonly unknown[]

export class Connection {
  private constructor(
    private readonly client: Client,
    private readonly socket: Socket,
  ) {}

  /** Connects to one server. @throws what the driver throws; nothing was asked of the server then */
  static async open(node: ClusterNode, limitMs = CONNECT_LIMIT_MS): Promise<Connection> {
    const socket = new Socket()
    const client = new Client({
      ...node.endpoint(SERVER_PORT),
      stream: () => socket,
      user: 'postgres',
      database: 'postgres',
      application_name: 'schism',
      ssl: false,
      connectionTimeoutMillis: limitMs,
    })
    // A connection that breaks between two statements says so here; the next one finds it broken.
    client.on('error', () => {})
    const connection = new Connection(client, socket)
    try {
      await client.connect()
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** Executes one statement in a transaction of its own. @throws what the driver throws */
  async run(statement: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const query: QueryArrayConfig = { ...statement, values: [...values], rowMode: 'array' }
    return (await this.client.query<unknown[]>(query)).rows
  }

  /** Says goodbye if nothing is under way and drops the connection without waiting for an answer. */
  close(): void {
    void this.client.end()
    this.socket.destroySoon()
  }
}
