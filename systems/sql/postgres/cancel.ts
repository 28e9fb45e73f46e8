/**
 * Asks a server to cancel what one of its connections waits for, as drivers with a query time-out do: over a connection of its
 * own, which the server closes without an answer (PostgreSQL 15, 55.2.8). What is cancelled says so itself, or is done.
 */
import { connect } from 'node:net'
import type { Client } from 'pg'

/** The driver keeps what the server gave it to prove who may cancel, and its types do not tell. */
interface Cancellable {
  readonly processID: number | null
  readonly secretKey: number | null
}

const CANCEL_REQUEST = 80_877_102

export const cancel = (
  client: Client,
  endpoint: { readonly host: string; readonly port: number },
): void => {
  const { processID, secretKey } = client as unknown as Cancellable
  if (processID === null || secretKey === null) return
  const request = Buffer.alloc(16)
  for (const [at, value] of [request.length, CANCEL_REQUEST, processID, secretKey].entries())
    request.writeInt32BE(value, at * 4)
  // Lost, it is as if nobody had asked.
  connect(endpoint)
    .on('error', () => {})
    .end(request)
}
