/**
 * The agent: one container for the whole run that applies faults from outside the tested
 * containers, so that their images stay unmodified and nothing is privileged. It shares the host's
 * process ids, enters a node's network namespace by the process that owns it, and reads control
 * groups. Commands go over one connection that stays open, because starting one costs as much as
 * the fault itself.
 *
 * SYS_ADMIN: to enter a network namespace. SYS_PTRACE: to open another user's /proc/PID/ns.
 * NET_ADMIN: rules. KILL: to stop another user's process. SETUID, SETGID: to become that user, who
 * may lower the limits of its processes. What disk faults need beyond this, `disks/storage.ts` adds.
 * Every request here may be sent twice: when the connection breaks it is reopened once.
 */
import type Docker from 'dockerode'
import { EnvironmentError } from '../../errors.ts'
import { agentLoop } from './agent-loop.ts'
import { type Channel, openChannel } from './channel.ts'
import type { AgentStorage } from './disks/storage.ts'
import { attempt, type Engine } from './engine.ts'
import type { Labels } from './labels.ts'
import { type Memory, memoryOf } from './memory.ts'

export interface Agent {
  /**
   * Runs a command beside the containers and returns its output. @throws EnvironmentError unless 0
   */
  run(argv: readonly string[], stdin?: string): Promise<string>
  /** Runs a command in the network namespace of a process (a host pid). */
  runIn(pid: number, argv: readonly string[], stdin?: string): Promise<string>
  /** What the kernel says of a process and its container; undefined when there is none. */
  observe(pid: number): Promise<ProcessReading | undefined>
  /** What the agent does with the memory of other processes. */
  readonly memory: Memory
  close(): void
}

export interface ProcessReading {
  /** The letter of /proc/PID/stat: `Z` and `X` are dead. */
  readonly state: string
  /** In clock ticks since boot: a later process with the same pid has another. */
  readonly startTime: string
  /** ns, of the whole container. */
  readonly cpuNs: number
  readonly isFrozen: boolean
}

/** The number of the system call that enters a namespace; elsewhere nsenter does it. */
const setnsCalls: Readonly<Record<string, number>> = { x64: 308, arm64: 268 }

const requestTimeoutMs = 10_000

/** How a container must be started to do the agent's work; `schism doctor` tries the same. */
export const agentHostConfig = ({ CapAdd, ...storage }: AgentStorage): Docker.HostConfig => ({
  ...storage,
  PidMode: 'host',
  NetworkMode: 'none',
  // Its own view of the control groups would hide the nodes'. The types do not know it yet.
  ...({ CgroupnsMode: 'host' } as object),
  CapDrop: ['ALL'],
  CapAdd: ['NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE', 'KILL', 'SETUID', 'SETGID', ...CapAdd],
  // Distributions' default profiles forbid what these capabilities are for.
  SecurityOpt: ['apparmor=unconfined', 'label=disable'],
  Binds: ['/sys/fs/cgroup:/host/cgroup:ro'],
})

/** Starts the agent's container and opens its channel. */
export const startAgent = async (
  engine: Engine,
  options: {
    readonly name: string
    readonly image: string
    readonly labels: Labels
    readonly storage: AgentStorage
  },
): Promise<Agent> => {
  const { name, image, labels, storage } = options
  await attempt(`start the agent ${name}`, async () => {
    const container = await engine.createContainer({
      name,
      Image: image,
      Cmd: ['sleep', 'infinity'],
      Labels: { ...labels },
      HostConfig: {
        ...agentHostConfig(storage),
        Init: true,
        LogConfig: { Type: 'none', Config: {} },
      },
    })
    await container.start()
  })
  const agent = new AgentChannel(engine, name)
  // The first request fails here and now where the container lacks what it needs.
  await agent.run(['true'])
  return agent
}

interface Request {
  readonly line: string
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
  attempts: number
}

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

class AgentChannel implements Agent {
  readonly #engine: Engine
  readonly #container: string
  readonly #pending = new Map<number, Request>()
  #channel: Promise<Channel> | undefined
  #unread = ''
  #complaint = ''
  #lastId = 0
  #isClosed = false

  readonly memory = memoryOf(async (text) => {
    const answer = await this.#request(text)
    if (answer.code === 0) return answer.out
    throw new EnvironmentError(`${text.split(' ')[0]}: ${answer.err || answer.out}`)
  })

  constructor(engine: Engine, container: string) {
    this.#engine = engine
    this.#container = container
  }

  run(argv: readonly string[], stdin = ''): Promise<string> {
    return this.#run('run', argv, stdin)
  }

  runIn(pid: number, argv: readonly string[], stdin = ''): Promise<string> {
    const setns = setnsCalls[process.arch]
    return setns === undefined
      ? this.run(['nsenter', '-t', String(pid), '-n', '--', ...argv], stdin)
      : this.#run(`enter ${pid} ${setns}`, argv, stdin)
  }

  async #run(verb: string, argv: readonly string[], stdin: string): Promise<string> {
    const answer = await this.#request(`${verb} ${[stdin, ...argv].map(toHex).join(' ')}`)
    if (answer.code === 0) return answer.out
    const said = (answer.err || answer.out).trim().replaceAll(/\s*\n\s*/g, '; ')
    // A program among the arguments would hide what it said.
    const command = argv.map((word) => (word.length > 200 ? '…' : word)).join(' ')
    throw new EnvironmentError(`${command} ended with ${answer.code}: ${said}`)
  }

  async observe(pid: number): Promise<ProcessReading | undefined> {
    const answer = await this.#request(`state ${pid}`)
    if (answer.code !== 0) return undefined
    const [state = '', startTime = '', cpu = '', frozen] = answer.out.split(' ')
    return { state, startTime, cpuNs: Number(cpu), isFrozen: frozen === '1' }
  }

  close(): void {
    this.#isClosed = true
    this.#channel?.then(
      (channel) => channel.close(),
      () => {},
    )
    this.#failAll('the cluster is down')
  }

  async #request(text: string): Promise<Answer> {
    if (this.#isClosed) throw new EnvironmentError('the agent is closed: the cluster is down')
    const id = ++this.#lastId
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const silent = `the agent ${this.#container} did not answer within ${requestTimeoutMs} ms`
        timer = setTimeout(() => reject(new EnvironmentError(silent)), requestTimeoutMs)
        this.#pending.set(id, { line: `${id} ${text}\n`, resolve, reject, attempts: 0 })
        this.#send(id)
      })
    } finally {
      clearTimeout(timer)
      this.#pending.delete(id)
    }
  }

  #send(id: number): void {
    const request = this.#pending.get(id)
    if (request === undefined) return
    request.attempts++
    this.#channel ??= this.#open()
    this.#channel.then(
      (channel) => channel.write(request.line),
      (error: Error) => {
        // The next request tries again; this one has its answer.
        this.#channel = undefined
        request.reject(error)
      },
    )
  }

  #open(): Promise<Channel> {
    this.#unread = ''
    return openChannel(this.#engine, this.#container, ['perl', '-e', agentLoop], {
      onOutput: (text) => this.#read(text),
      onErrorOutput: (text) => {
        this.#complaint = text.trim()
      },
      onEnd: () => this.#reopen(),
    })
  }

  #read(text: string): void {
    const lines = (this.#unread + text).split('\n')
    this.#unread = lines.pop()!
    for (const line of lines) {
      const [id = '', code = '', out = '', err = ''] = line.split(' ')
      const answer = { code: Number(code), out: fromHex(out), err: fromHex(err) }
      this.#pending.get(Number(id))?.resolve(answer)
    }
  }

  /** What was not answered is sent again, once, on a new connection. */
  #reopen(): void {
    this.#channel = undefined
    if (this.#isClosed) return
    for (const [id, request] of this.#pending) {
      if (request.attempts < 2) this.#send(id)
      else request.reject(this.#broken(this.#complaint || 'the connection ended twice'))
    }
  }

  #failAll(reason: string): void {
    for (const request of this.#pending.values()) request.reject(this.#broken(reason))
  }

  #broken(reason: string): EnvironmentError {
    return new EnvironmentError(`the agent ${this.#container} is gone: ${reason}`)
  }
}

const toHex = (text: string): string => (text === '' ? '-' : Buffer.from(text).toString('hex'))
const fromHex = (hex: string): string => (hex === '-' ? '' : Buffer.from(hex, 'hex').toString())
