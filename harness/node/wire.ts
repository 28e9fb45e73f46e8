/**
 * What nodes in containers and their clients say over TCP: a message a line, as JSON. A node answers whatever
 * comes with an empty line, so that the sender sees that somebody is there: a connection whose other end is
 * cut off or frozen looks like any other, and after a cut TCP waits longer and longer before it tries again.
 */
import type { Socket } from 'node:net'
import type { Message } from '../program.ts'

/** Where nodes listen, for each other and for clients. */
export const PORT = 7400

export const encode = (message: Message): string => `${JSON.stringify(message)}\n`

/** Tells who sends over a connection that it is read. */
export const acknowledge = (socket: Socket): void => {
  socket.on('data', () => socket.write('\n'))
}

/** Reads the messages that come over a connection. Ends it when something else comes. */
export const readMessages = (socket: Socket, receive: (message: Message) => void): void => {
  let unfinished = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = (unfinished + chunk).split('\n')
    unfinished = lines.pop()!
    for (const line of lines) {
      const message = line === '' ? undefined : parse(line)
      if (message !== undefined) receive(message)
      else if (line !== '') socket.destroy()
    }
  })
}

const parse = (line: string): Message | undefined => {
  try {
    return JSON.parse(line) as Message
  } catch {
    return undefined
  }
}
