/**
 * The world of a program that runs as a process of its own: other nodes and clients over TCP, timers, the
 * machine's clocks and a journal in its data folder. The same program runs in the simulation
 * (`cluster/sim/node.ts`), and cannot tell which.
 */
import { randomInt } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { monotonicMs, wallTime } from '../clock.ts'
import type { Message, Program, StartProgram, World } from '../program.ts'
import { Journal } from './journal.ts'
import { Link } from './link.ts'
import { acknowledge, encode, readMessages } from './wire.ts'

export interface NodeOptions {
  readonly self: string
  /** Every node of the system, this one included, and where it listens. */
  readonly nodes: readonly { readonly name: string; readonly host: string; readonly port: number }[]
  /** Where its journal is kept. */
  readonly folder: string
  readonly start: StartProgram
  /** Takes a line of its log. */
  readonly print: (line: string) => void
}

/** Chances are this many whole numbers, the most that the source gives. */
const CHANCES = 2 ** 48 - 1

export class NodeProcess {
  private readonly links: ReadonlyMap<string, Link>
  private readonly journal: Journal
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  /** The connection that a client's messages come over. */
  private readonly clients = new Map<string, Socket>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly program: Program
  private isStopped = false

  /** Starts a node, which ends the process when its program throws. @throws when its journal cannot be used */
  constructor(private readonly options: NodeOptions) {
    const { self, nodes, folder, start } = options
    this.links = new Map(nodes.map(({ name, host, port }) => [name, new Link(host, port)]))
    this.journal = new Journal(folder)
    this.program = start(this.world())
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket))
    this.server.listen(nodes.find(({ name }) => name === self)!.port)
  }

  /** Lets go of everything: nothing of it keeps the process alive. */
  stop(): void {
    if (this.isStopped) return
    this.isStopped = true
    this.server.close()
    for (const link of this.links.values()) link.close()
    for (const socket of this.sockets) socket.destroy()
    for (const timer of this.timers) clearTimeout(timer)
    this.journal.close()
  }

  private world(): World {
    const { self, nodes, print } = this.options
    const { journal } = this
    return {
      self,
      nodes: nodes.map(({ name }) => name),
      storage: {
        get: (name) => journal.get(name),
        put: (name, value) => journal.put(name, value),
        entries: (log) => journal.entries(log),
        append: (log, record) => journal.append(log, record),
        truncate: (log, length) => journal.truncate(log, length),
        sync: (then) => journal.sync(() => this.unlessStopped(then)),
      },
      send: (dest, body) => this.send({ src: self, dest, body }),
      after: (ms, callback) => this.after(ms, callback),
      now: () => wallTime().getTime(),
      steady: monotonicMs,
      random: () => randomInt(CHANCES) / CHANCES,
      log: print,
    }
  }

  private after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      callback()
    }, Math.ceil(ms))
    this.timers.add(timer)
    return () => {
      clearTimeout(timer)
      this.timers.delete(timer)
    }
  }

  private send(message: Message): void {
    const { dest } = message
    if (dest === this.options.self)
      setImmediate(() => this.unlessStopped(() => this.program.receive(message)))
    else if (this.links.has(dest)) this.links.get(dest)!.send(message)
    else this.clients.get(dest)?.write(encode(message))
  }

  private accept(socket: Socket): void {
    const here = new Set<string>()
    this.sockets.add(socket)
    acknowledge(socket)
    readMessages(socket, (message) => {
      if (!this.links.has(message.src)) {
        this.clients.set(message.src, socket)
        here.add(message.src)
      }
      this.program.receive(message)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.sockets.delete(socket)
      for (const client of here)
        if (this.clients.get(client) === socket) this.clients.delete(client)
    })
  }

  private unlessStopped(work: () => void): void {
    if (!this.isStopped) work()
  }
}
