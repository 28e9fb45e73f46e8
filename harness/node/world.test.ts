import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wallTime } from '../clock.ts'
import { nodeMessages } from '../cluster/docker/messages.ts'
import { DefiniteError } from '../errors.ts'
import type { Program, StartProgram, World } from '../program.ts'
import { onLoopback } from '../testing/loopback.ts'
import { bundleProgram } from './bundle.ts'
import { programSpec } from './spec.ts'
import { NodeProcess } from './world.ts'

const never = new AbortController().signal
let folder: string
let running: NodeProcess[]
const lines: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schism-node-'))
  running = []
})
afterEach(() => {
  for (const node of running) node.stop()
  rmSync(folder, { recursive: true })
})

/** A port that nobody listens on. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

type Handle = (world: World) => Program['receive']
const start = (ports: readonly number[], self: number, handle: Handle): NodeProcess => {
  const nodes = ports.map((port, n) => ({ name: `n${n + 1}`, host: '127.0.0.1', port }))
  const start: StartProgram = (world) => ({ receive: handle(world) })
  const own = mkdtempSync(join(folder, 'data-'))
  const print = (line: string): void => void lines.push(line)
  const node = new NodeProcess({ self: nodes[self]!.name, nodes, folder: own, start, print })
  running.push(node)
  return node
}

const open = (port: number) => nodeMessages(onLoopback(port).cluster.nodes).open('n1')

/** Answers a request with what it said. */
const echo: Handle =
  (world) =>
  ({ src, body }) =>
    world.send(src, { ...body, type: 'echo_ok', ...(body.msg_id && { in_reply_to: body.msg_id }) })

/** Passes a client's request on to n2, and n2's answer back. */
const relay: Handle =
  (world) =>
  ({ src, body }) => {
    if (world.nodes.includes(src))
      world.send(body.for as string, { ...body, in_reply_to: body.id as number })
    else world.send('n2', { type: 'relayed', for: src, id: body.msg_id! })
  }

const silent: Handle = () => () => {}

describe('a node in a process of its own', () => {
  it('answers clients, many at a time', async () => {
    const port = await freePort()
    start([port], 0, echo)
    const client = await open(port)
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        client.request({ type: 'echo', text: `${n} \u2028 €` }, new AbortController().signal, 1000),
      ),
    )
    expect(answers.map(({ text }) => text)).toEqual(answers.map((_, n) => `${n} \u2028 €`))
    await client.close()
  })

  it('reaches another node, also one that starts later or again', async () => {
    const ports = [await freePort(), await freePort()]
    start(ports, 0, relay)
    const client = await open(ports[0]!)
    const asked = () => client.request({ type: 'ask' }, never, 100)
    await expect(asked()).rejects.toThrow('no answer in time')
    for (let run = 0; run < 2; run++) {
      const second = start(ports, 1, echo)
      await expect.poll(() => asked().then(({ type }) => type, String)).toBe('echo_ok')
      second.stop()
    }
    await client.close()
  })

  it('gives up a connection on which nobody answers, and makes another', async () => {
    let connections = 0
    const ports = [await freePort(), await freePort()]
    const deaf = createServer(() => connections++).listen(ports[1], '127.0.0.1')
    start(ports, 0, (world) => {
      const again = (): void => {
        world.send('n2', { type: 'beat' })
        world.after(50, again)
      }
      again()
      return () => {}
    })
    await expect.poll(() => connections, { timeout: 5000 }).toBeGreaterThan(2)
    running[0]!.stop()
    deaf.close()
  })

  it('hears itself, tells the time and draws numbers', async () => {
    const heard: unknown[] = []
    start([await freePort()], 0, (world) => {
      world.send('n1', { type: 'self' })
      world.after(5, () => heard.push('after'))
      world.after(1, () => heard.push('cancelled'))()
      heard.push(Math.abs(world.now() - wallTime().getTime()) < 1000)
      const chances = Array.from({ length: 1000 }, () => world.random())
      heard.push(
        chances.every((chance) => chance >= 0 && chance < 1),
        new Set(chances).size,
      )
      return ({ src, body }) => heard.push(src, body.type)
    })
    await expect.poll(() => heard).toEqual([true, true, 1000, 'n1', 'self', 'after'])
  })

  it('lives on when somebody sends it what is no message', async () => {
    const port = await freePort()
    start([port], 0, echo)
    await new Promise((closed) => connect({ port }).on('close', closed).end('hello\n{"\n').resume())
    const client = await open(port)
    expect(await client.request({ type: 'echo' }, never, 1000)).toMatchObject({ type: 'echo_ok' })
    await client.close()
  })
})

describe('a client', () => {
  it('knows that a request was refused, and asks a node that is there again', async () => {
    const port = await freePort()
    const client = await open(port)
    const refused = client.request({ type: 'echo' }, never, 1000)
    await expect(refused).rejects.toThrow(DefiniteError)
    await expect(refused).rejects.toThrow('ECONNREFUSED')
    start([port], 0, echo)
    await expect
      .poll(() => client.request({ type: 'echo' }, never, 1000).catch(String))
      .toMatchObject({})
    await client.close()
  })

  it('cannot say whether a request happened that has no answer, was lost or was cut short', async () => {
    const port = await freePort()
    const node = start([port], 0, silent)
    const client = await open(port)
    const errors: unknown[] = []
    const ask = (signal: AbortSignal, ms: number) =>
      client.request({ type: 'echo' }, signal, ms).catch((error) => errors.push(error))
    await ask(never, 50)
    await ask(AbortSignal.timeout(50), 1000)
    const lost = ask(never, 5000)
    setTimeout(() => node.stop(), 50)
    await lost
    expect(errors.map(String)).toEqual([
      'Error: no answer in time',
      'Error: no answer in time',
      'Error: the connection ended',
    ])
    expect(errors.some((error) => error instanceof DefiniteError)).toBe(false)
    await expect(client.request({ type: 'echo' }, AbortSignal.abort(), 50)).rejects.toThrow(
      DefiniteError,
    )
    await client.close()
  })

  it('drops an answer that comes too late', async () => {
    const port = await freePort()
    start([port], 0, (world) => ({ src, body }) => {
      world.after(body.ms as number, () =>
        world.send(src, { type: 'late', was: body.ms as number, in_reply_to: body.msg_id! }),
      )
    })
    const client = await open(port)
    await expect(client.request({ type: 'wait', ms: 80 }, never, 40)).rejects.toThrow('no answer')
    expect(await client.request({ type: 'wait', ms: 150 }, never, 1000)).toMatchObject({ was: 150 })
    await client.close()
  })
})

describe('a bundle', () => {
  const system = (program: string): string => {
    const path = join(folder, 'system.mjs')
    writeFileSync(path, `export default { program: () => ${program} }`)
    return path
  }
  /** Runs what the container would, elsewhere. */
  const run = async (program: string) => {
    const node = { name: 'n1', role: 'server', serves: true, address: '127.0.0.1' }
    const { argv, files = {} } = programSpec(system(program))(node, [node], {})
    const file = join(folder, 'node.mjs')
    writeFileSync(file, files[argv[1]!]!)
    const given = { ...JSON.parse(argv[2]!), folder, port: await freePort() }
    return new Promise<{ code: unknown; output: string; errors: string }>((resolve) => {
      execFile(process.execPath, [file, JSON.stringify(given)], (error, output, errors) =>
        resolve({ code: error?.code ?? 0, output, errors }),
      )
    })
  }

  it('runs, prints the log, and ends with the stack of what its program throws', async () => {
    const program =
      '(world) => { world.log("begins"); world.after(10, () => { throw new Error("oh") }); return {} }'
    const { code, output, errors } = await run(program)
    expect(output).toBe('begins\n')
    expect(errors).toMatch(/Error: oh\n +at /)
    expect(code).toBe(1)
  })

  it('has nothing in it that a program does not use', () => {
    const text = bundleProgram(join(import.meta.dirname, '../testing/keeper.ts'))
    expect(text).not.toContain('node_modules')
    expect(text.length).toBeLessThan(100_000)
  })
})
