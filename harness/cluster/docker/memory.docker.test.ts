/**
 * The agent's program, run here instead of in its container, on processes of this test's own: whom it stops, when
 * it keeps its hands off, and that it leaves no trace of itself.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentLoop } from './agent-loop.ts'
import { type Change, type Mapped, type Memory, memoryOf } from './memory.ts'

const started: ChildProcess[] = []
const start = (command: string, ...argv: readonly string[]): ChildProcess => {
  const child = spawn(command, argv, { stdio: ['pipe', 'pipe', 'inherit'] })
  started.push(child)
  return child
}

let memory: Memory
let sleeping: Mapped
let busy: Mapped
beforeAll(async () => {
  const agent = start('perl', '-e', agentLoop)
  const answers = createInterface({ input: agent.stdout! })
  let last = 0
  memory = memoryOf(async (text) => {
    const id = ++last
    agent.stdin!.write(`${id} ${text}\n`)
    for (;;) {
      const [line] = (await once(answers, 'line')) as [string]
      const [to, , out = '-'] = line.split(' ')
      if (Number(to) === id) return out === '-' ? '' : Buffer.from(out, 'hex').toString()
    }
  })
  sleeping = await mapped(start('sleep', '60'))
  busy = await mapped(start('perl', '-e', '1 while 1'))
})
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
})

/** A process once it executes its program, with its vDSO. */
const mapped = async ({ pid = 0 }: ChildProcess): Promise<Mapped> => {
  await new Promise((resolve) => setTimeout(resolve, 200))
  const line = /^(\w+)-\w+ .*\[vdso\]$/m.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'))
  return { pid, base: Number.parseInt(line![1]!, 16) }
}
const status = ({ pid }: Mapped, field: string): string =>
  new RegExp(`^${field}:\\s+(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!
const patch = async (target: Mapped, changes: readonly Change[]): Promise<string> =>
  (await memory.patch(changes, [], [target])).get(target.pid)!

/** The end of the page is empty. */
const OFFSET = 4096 + 4000
const change = (old: string, text: string): Change => ({
  offset: OFFSET,
  old: Buffer.from(old),
  text: Buffer.from(text),
})

describe('the agent', () => {
  it('writes into a process that sleeps, and into one that never does, and leaves both as they were', async () => {
    for (const target of [sleeping, busy]) {
      const before = status(target, 'State')
      expect(await patch(target, [change('\0\0', 'ab')])).toBe('ok')
      expect(await patch(target, [change('ab', 'cd')])).toBe('ok')
      expect(status(target, 'State')).toBe(before)
      expect(status(target, 'TracerPid')).toBe('0')
    }
  })

  it('writes nothing while a thread executes what is about to change', async () => {
    const said = readFileSync(`/proc/${sleeping.pid}/syscall`, 'utf8').trim()
    const counter = Number(said.split(' ').at(-1))
    const absolute = { ...change('cd', 'ef'), offset: sleeping.base + OFFSET }
    const within = async (from: number) => {
      const windows = [{ from, length: 2 }]
      return [...(await memory.patch([absolute], windows, [{ ...sleeping, base: 0 }])).values()]
    }
    expect(await within(counter)).toEqual(['busy'])
    expect(await within(counter - 1)).toEqual(['busy'])
    expect(await patch(sleeping, [change('cd', 'cd')])).toBe('ok')
    expect(await within(counter - 2)).toEqual(['ok'])
    expect(await patch(sleeping, [change('ef', 'cd')])).toBe('ok')
    expect(await within(counter + 1)).toEqual(['ok'])
    expect(status(sleeping, 'TracerPid')).toBe('0')
  })

  it('writes nothing, or all, over another text than the one expected', async () => {
    const wrong = { ...change('xy', 'zz'), offset: OFFSET + 8 }
    expect(await patch(busy, [change('cd', 'ef'), wrong])).toBe('changed')
    expect(await patch(busy, [change('cd', 'ef')])).toBe('ok')
  })

  it('takes what is already written for written', async () => {
    expect(await patch(busy, [change('cd', 'ef')])).toBe('ok')
  })

  it('says who is gone', async () => {
    expect(await patch({ pid: 2 ** 22 + 1, base: 0 }, [change('a', 'b')])).toBe('gone')
    const outcomes = await memory.poke([change('a', 'b')], [{ pid: 2 ** 22 + 1, base: 0 }])
    expect([...outcomes.values()]).toEqual(['gone'])
  })
})
