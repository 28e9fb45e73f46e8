/**
 * When ZooKeeper serves, and who leads it. Ready means: one server leads and all others follow, and every
 * one of them opens a session, takes a write and has what the leader has. The write makes the parents of all
 * znodes. Who leads is each server's own word (the four-letter word `srvr`), so in a partition two may say so.
 *
 * In the end all is brought to the disk. ZooKeeper syncs its log and not its snapshots, and a server whose first
 * snapshot a power failure took refuses to start ("No snapshot found, but there are log entries"). After half a
 * minute the operating system would have written it anyway, and a test wants to begin there.
 */
import { connect } from 'node:net'
import type { Cluster, ClusterNode } from '../../harness/api.ts'
import { parents } from './clients.ts'
import { CLIENT_PORT, DATA_FOLDER } from './nodes.ts'
import { Session, ZooKeeperError } from './session.ts'
import { create, NODE_EXISTS, sync } from './tree.ts'

const READY_LIMIT_MS = 1000
const MODE_LIMIT_MS = 300

export const ready = async (cluster: Cluster, signal: AbortSignal): Promise<void> => {
  const { nodes } = cluster
  const limit = AbortSignal.any([signal, AbortSignal.timeout(READY_LIMIT_MS)])
  const modes = await Promise.all(nodes.map((node) => named(node, modeOf(node, limit))))
  const reason = unready(nodes.map(({ name }, index) => ({ name, mode: modes[index] })))
  if (reason !== undefined) throw new Error(reason)
  await Promise.all(nodes.map((node) => named(node, serves(node, limit))))
  await Promise.all(nodes.map(({ name }) => cluster.exec(name, ['sync', '-f', DATA_FOLDER])))
}

export const primaries = async (
  { nodes }: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(MODE_LIMIT_MS)])
  const modes = await Promise.all(nodes.map((node) => modeOf(node, limit).catch(() => undefined)))
  return nodes.filter((_, index) => modes[index] === 'leader').map(({ name }) => name)
}

/** Why the ensemble does not serve yet, or undefined; `mode` is undefined where a server serves nobody. */
export const unready = (
  said: readonly { readonly name: string; readonly mode: string | undefined }[],
): string | undefined => {
  const idle = said.find(({ mode }) => mode === undefined)
  if (idle !== undefined) return `${idle.name} neither leads nor follows`
  const leaders = said.filter(({ mode }) => mode === 'leader').map(({ name }) => name)
  if (leaders.length !== 1) return `${leaders.join(', ') || 'nobody'} leads`
  const other = said.find(({ mode }) => mode !== 'leader' && mode !== 'follower')
  return other === undefined ? undefined : `the mode of ${other.name} is ${other.mode}`
}

/** The mode in the answer to `srvr`; undefined while the server serves nobody. */
export const parseMode = (answer: string): string | undefined => /^Mode: (\w+)$/m.exec(answer)?.[1]

export const modeOf = async (node: ClusterNode, limit: AbortSignal): Promise<string | undefined> =>
  parseMode(await fourLetterWord(node, 'srvr', limit))

/** Asks a server something and returns all that it says before it hangs up. */
const fourLetterWord = (node: ClusterNode, word: string, limit: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ ...node.endpoint(CLIENT_PORT), signal: limit })
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
    socket.write(word)
  })

const serves = async (node: ClusterNode, limit: AbortSignal): Promise<void> => {
  const session = await Session.open(node)
  const stop = (): void => session.abort()
  limit.addEventListener('abort', stop, { once: true })
  try {
    for (const parent of parents) await createOnce(session, parent)
    await sync(session, '/')
  } finally {
    limit.removeEventListener('abort', stop)
    session.close()
  }
}

const createOnce = async (session: Session, path: string): Promise<void> => {
  try {
    await create(session, path, '')
  } catch (error) {
    if (!(error instanceof ZooKeeperError && error.code === NODE_EXISTS)) throw error
  }
}

/** Puts a node's name before the reason of a failure. */
const named = async <T>({ name }: ClusterNode, work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
