/**
 * One connection to MariaDB that does nothing by itself: the driver neither retries nor reconnects, and closing drops the
 * socket, so that it never waits for a server that is frozen or gone.
 */
import { connect, type Socket } from 'node:net'
import mysql from 'mysql2/promise'
import { type ClusterNode, DefiniteError } from '../../../harness/api.ts'
import {
  CONNECT_LIMIT_MS,
  type Row,
  type Connection as SqlConnection,
  type Statement,
} from '../connection.ts'
import { settled } from './errors.ts'
import { DATABASE, SERVER_PORT, USER } from './nodes.ts'

/** As whom, and where to. */
export interface Login {
  readonly user: string
  readonly password?: string
  readonly database?: string
}

const own: Login = { user: USER, database: DATABASE }

export class Connection implements SqlConnection {
  private constructor(
    private readonly connection: mysql.Connection,
    private readonly socket: Socket,
  ) {
    // A connection that breaks between two statements says so here; the next one finds it broken.
    connection.on('error', () => {})
  }

  /** Connects to one server. @throws what the driver throws; nothing was asked of the server then */
  static async open(
    node: ClusterNode,
    limitMs = CONNECT_LIMIT_MS,
    login: Login = own,
  ): Promise<Connection> {
    // Our own socket: the driver's way to end a connection leaves a pending statement without an answer for ever.
    const socket = connect({ ...node.endpoint(SERVER_PORT), noDelay: true })
    try {
      const connection = await mysql.createConnection({
        stream: socket,
        ...login,
        connectTimeout: limitMs,
        rowsAsArray: true,
        supportBigNumbers: true,
        bigNumberStrings: true,
      })
      return new Connection(connection, socket)
    } catch (error) {
      socket.destroy()
      throw error
    }
  }

  async run(
    { text }: Statement,
    values: readonly (string | number)[] = [],
  ): Promise<readonly Row[]> {
    if (this.socket.destroyed) throw new DefiniteError('the connection is closed')
    const [rows] = await this.connection.query({ sql: text, values: [...values] })
    return Array.isArray(rows) ? (rows as unknown as readonly Row[]) : []
  }

  async begin(): Promise<void> {
    await this.run({ name: 'begin', text: 'START TRANSACTION' })
  }

  async commit(): Promise<void> {
    await this.run({ name: 'commit', text: 'COMMIT' })
  }

  settled(error: unknown): unknown {
    return settled(error)
  }

  close(): void {
    this.socket.destroySoon()
  }
}
