import { describe, expect, test } from 'vitest'
import type { Change, Memory, Outcomes, Scanned } from '../memory.ts'
import type { VdsoPatch } from './image.ts'
import { Installer } from './installer.ts'
import { changed, headerOf, type NodeSkews, unskewed } from './skews.ts'

const C = 'c'.repeat(64)

/** Bytes stand for themselves: an untouched process holds `-`, a patched one its header. */
const patch: VdsoPatch = {
  ranges: [],
  untouched: Buffer.from('-'),
  patched: (header) => header,
  headerIn: (bytes) => bytes,
  windows: [{ from: 1, length: 4 }],
  install: (header) => [{ offset: 0, text: header }],
  remove: () => [{ offset: 0, text: Buffer.from('-') }],
  update: (header) => [{ offset: 0, text: header }],
}

interface Toy {
  bytes: Buffer
  name?: string
  base?: number
  /** What to answer instead of writing, once each. */
  answers?: string[]
}

class ToyMemory implements Memory {
  readonly done: string[] = []
  constructor(
    readonly processes: Map<number, Toy>,
    private readonly pokes = true,
  ) {}
  vdso = async () => Buffer.alloc(0)
  scan: Memory['scan'] = async (_, containers) =>
    [...this.processes].flatMap(([pid, { bytes, name = 'toy', base = 1 }]): Scanned[] =>
      containers.get(C)?.equals(bytes) ? [] : [{ container: C, pid, base, name, bytes }],
    )
  poke: Memory['poke'] = async (changes, processes) =>
    this.pokes
      ? this.write('poke', changes, processes)
      : new Map(processes.map(({ pid }) => [pid, 'cannot write: Input/output error']))
  patch: Memory['patch'] = async (changes, _, processes) => this.write('patch', changes, processes)
  private write(
    how: string,
    changes: readonly Change[],
    processes: Parameters<Memory['poke']>[1],
  ): Outcomes {
    return new Map(
      processes.map(({ pid }) => {
        const toy = this.processes.get(pid)
        if (toy === undefined) return [pid, 'gone']
        const answer = toy.answers?.shift() ?? 'ok'
        this.done.push(`${how} ${pid} ${answer}`)
        if (answer === 'gone') this.processes.delete(pid)
        if (answer === 'ok') toy.bytes = Buffer.from(changes[0]!.text)
        return [pid, answer]
      }),
    )
  }
}

const at = (ms: number, process?: string) => ({
  skew: { kind: 'jump', ms } as const,
  scope: process === undefined ? {} : { process },
  since: { wall: 0n, monotonic: 0n },
})
const first = changed(unskewed, 'jump', at(1))
const second = changed(first, 'jump', at(2))
const none = changed(second, 'jump', undefined)
const fresh = (more: Partial<Toy> = {}): Toy => ({ bytes: patch.untouched, ...more })
const holding = (skews: NodeSkews, more: Partial<Toy> = {}): Toy => ({
  bytes: headerOf(skews, 'toy'),
  ...more,
})
const converge = async (memory: ToyMemory, skews: NodeSkews, previous?: NodeSkews) => {
  const place = { node: 'n1', container: C, skews, ...(previous && { previous }) }
  await new Installer(memory, patch).converge([place])
  return memory.done
}

describe('the installer', () => {
  test('patches new processes with their threads stopped, and changes patched ones as they run', async () => {
    const memory = new ToyMemory(
      new Map([
        [1, holding(first)],
        [2, fresh()],
      ]),
    )
    expect(await converge(memory, second, first)).toEqual(['poke 1 ok', 'patch 2 ok'])
    expect(memory.processes.get(1)!.bytes).toEqual(headerOf(second, 'toy'))
    expect(memory.processes.get(2)!.bytes).toEqual(headerOf(second, 'toy'))
  })

  test('stops a process that holds anything else than it should', async () => {
    const third = changed(second, 'jump', at(3))
    const memory = new ToyMemory(new Map([[1, holding(first)]]))
    expect(await converge(memory, third, second)).toEqual(['patch 1 ok'])
  })

  test('takes the patch away from all, also when it remembers nothing of it', async () => {
    const memory = new ToyMemory(
      new Map([
        [1, holding(second)],
        [2, fresh()],
      ]),
    )
    expect(await converge(memory, none, second)).toEqual(['patch 1 ok'])
    const forgetful = new ToyMemory(new Map([[1, holding(second)]]))
    expect(await converge(forgetful, unskewed)).toEqual(['patch 1 ok'])
    expect(forgetful.processes.get(1)!.bytes).toEqual(patch.untouched)
  })

  test('tries again when a thread is in the way, and lets processes end', async () => {
    const memory = new ToyMemory(
      new Map([
        [1, fresh({ answers: ['busy', 'changed'] })],
        [2, fresh({ answers: ['gone'] })],
      ]),
    )
    expect(await converge(memory, first)).toEqual([
      'patch 1 busy',
      'patch 2 gone',
      'patch 1 changed',
      'patch 1 ok',
    ])
  })

  test('asks to trace where the kernel admits writes to nobody else', async () => {
    const memory = new ToyMemory(new Map([[1, holding(first)]]), false)
    expect(await converge(memory, second, first)).toEqual(['patch 1 ok'])
  })

  test('leaves processes of other names alone', async () => {
    const memory = new ToyMemory(
      new Map([
        [1, fresh({ name: 'sh' })],
        [2, fresh()],
      ]),
    )
    expect(await converge(memory, changed(unskewed, 'jump', at(1, 'toy')))).toEqual(['patch 2 ok'])
  })

  test('names the process that it cannot reach, and why', async () => {
    const traced = new ToyMemory(
      new Map([[7, fresh({ answers: ['cannot be traced: Operation not permitted'] })]]),
    )
    await expect(converge(traced, first)).rejects.toThrow(
      'n1: the clock of process 7 (toy) cannot be shifted: it cannot be traced: Operation not permitted',
    )
    const old = new ToyMemory(new Map([[7, { bytes: Buffer.alloc(0), base: 0 }]]))
    await expect(converge(old, first)).rejects.toThrow('it has no vDSO of 64 bits')
  })
})
