/**
 * A thread that helps with a check: finds the same checker as the thread that asked, and does its tasks. It
 * needs no clock: when the time is up it is ended from outside.
 */
import { type MessagePort, workerData } from 'node:worker_threads'
import type { Limits } from '../../checkers/checker.ts'
import { Board } from './board.ts'
import type { Post } from './helpers.ts'
import { outOfMemory } from './limits.ts'
import { checkersFor } from './select.ts'

/** What a helper is started with. `thread` is its number on the board. */
export interface HelperData extends Post {
  readonly thread: number
  readonly port: MessagePort
}

const { input, checker, memoryBytes, board: cells, thread, port } = workerData as HelperData
const board = new Board(cells)
const limits: Limits = {
  exceeded: (bytes) =>
    board.hold(thread, bytes) > memoryBytes ? outOfMemory({ memoryBytes }) : undefined,
}

const work = (await checkersFor(input))[checker]!.help!(limits)
port.on('message', (task: unknown) => {
  port.postMessage(work(task))
  board.tell()
})
