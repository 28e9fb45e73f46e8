/** How clients speak to nodes of a reference system: requests and answers of Maelstrom's shape. */
import type { Body } from '../program.ts'

/** One client's connection to one node. */
export interface Conversation {
  /**
   * Sends a request and returns the answer to it, which may be of type `error`. Gives up after `withinMs`.
   * @throws DefiniteError when it certainly was not sent; another error when nobody can say
   */
  request(body: Body, signal: AbortSignal, withinMs: number): Promise<Body>
  close(): Promise<void>
}

export interface Messages {
  /** A name that no other client of the run has. */
  name(): string
  /** A connection to a node for a new client. Nobody notices before the first request that none can be made. */
  open(node: string): Promise<Conversation>
}
