/** What clients do with the tree of znodes. All of them throw what `Session.call` throws. */
import { operations, type Reader } from './protocol.ts'
import { type Session, ZooKeeperError } from './session.ts'

export const NO_NODE = -101
export const NODE_EXISTS = -110

/** Every znode in a test belongs to everybody: all permissions to `world:anyone`. */
const ALL = 31

/** A znode's data and how often they were written. */
export interface Znode {
  readonly text: string
  readonly version: number
}

export const create = async (session: Session, path: string, text: string): Promise<void> => {
  await session.call(operations.create, (request) =>
    request.text(path).text(text).int(1).int(ALL).text('world').text('anyone').int(0),
  )
}

/** A znode, or undefined when there is none, as the own server has it. */
export const getData = async (session: Session, path: string): Promise<Znode | undefined> => {
  const answer = await unless(
    NO_NODE,
    session.call(operations.getData, (request) => request.text(path).bool(false)),
  )
  if (answer === undefined) return undefined
  const text = answer.text()
  // Created, modified; their times.
  for (let field = 0; field < 4; field++) answer.long()
  return { text, version: answer.int() }
}

/**
 * Writes a znode that is there. `version`: only if it was written so often. Returns when it was written by
 * the leader's clock: ms since 1970.
 */
export const setData = async (
  session: Session,
  path: string,
  text: string,
  version = -1,
): Promise<number> => {
  const stat = await session.call(operations.setData, (request) =>
    request.text(path).text(text).int(version),
  )
  // Created, modified; when it was created.
  for (let field = 0; field < 3; field++) stat.long()
  return Number(stat.long())
}

/** The names of a znode's children, as the own server has them. */
export const getChildren = async (session: Session, path: string): Promise<readonly string[]> =>
  (await session.call(operations.getChildren, (request) => request.text(path).bool(false))).texts()

/** Waits until the own server has what the leader had. */
export const sync = async (session: Session, path: string): Promise<void> => {
  await session.call(operations.sync, (request) => request.text(path))
}

/** The answer, or undefined when ZooKeeper refuses with this code. */
const unless = async (code: number, answer: Promise<Reader>): Promise<Reader | undefined> => {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ZooKeeperError && error.code === code) return undefined
    throw error
  }
}
