/**
 * What every system must do on a real cluster without faults, and what its clients may say when its
 * primary freezes or dies. Finds the systems by itself: a new one is tested by being there.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Call,
  type Client,
  type ClusterNode,
  DefiniteError,
  type OptionValues,
  Refused,
  type System,
} from '../harness/api.ts'
import { loadCatalog } from '../harness/catalog.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { dockerCluster } from '../harness/cluster/docker/docker.ts'

const never = new AbortController().signal
const READY_MS = 60_000
const { systems } = await loadCatalog()

/**
 * Systems of our own share what runs them in containers, so these stand for all: each takes half a minute. With
 * the options that keep a busy machine from changing leaders by itself.
 */
const examples: Readonly<Record<string, OptionValues>> = { raft: { electionMs: '1000' } }
/** What lets every node read what was acknowledged, where that is not stock. */
const everyNodeReads: Readonly<Record<string, OptionValues>> = { galera: { syncWait: '15' } }
const tested = [...systems].filter(
  ([name, { program }]) => program === undefined || name in examples,
)

describe.each(tested)('%s', (systemName, system) => {
  let cluster: RunningCluster
  let primary: string
  const defaults = Object.entries(system.options).map(([name, option]) => [name, option.default])
  const options: OptionValues = {
    ...Object.fromEntries(defaults),
    ...examples[systemName],
    ...everyNodeReads[systemName],
  }
  /** Where every node does the same, the first one stands for the others. */
  const isEqual = system.primaries === undefined
  const serving = (): readonly ClusterNode[] => cluster.nodes.filter(({ serves }) => serves)
  const nodeCalled = (name: string): ClusterNode => cluster.nodes.find((n) => n.name === name)!

  /** Runs some work with a client of its own. */
  const using = async <T>(
    type: string,
    node: ClusterNode,
    work: (invoke: (call: Call, signal?: AbortSignal) => Promise<unknown>) => Promise<T>,
  ): Promise<T> => {
    const client: Client = await system.clients[type]!({ cluster, node, options })
    try {
      return await work((call, signal = never) => client.invoke(call, signal))
    } finally {
      await client.close()
    }
  }

  beforeAll(async () => {
    cluster = await dockerCluster.up({
      runId: `conformance-${systemName}-${process.pid}`,
      systemName,
      system,
      nodes: system.sizes.default,
      options,
      progress: () => {},
      signal: never,
    })
    await cluster.awaitReady(READY_MS, never)
    primary = serving()[0]!.name
  })
  afterAll(() => cluster?.down())

  if (system.primaries !== undefined)
    it('has one primary when it is ready', async () => {
      const primaries = await cluster.primaries()
      expect(primaries).toHaveLength(1)
      primary = primaries[0]!
    })

  if (speaks(system, 'register'))
    it('keeps registers that every node reads', async () => {
      const [first, last] = [serving()[0]!, serving().at(-1)!]
      await using('register', first, async (invoke) => {
        expect(await invoke({ f: 'read', key: 'a', value: null })).toBeNull()
        expect(await invoke({ f: 'write', key: 'a', value: 1 })).toBe(1)
      })
      await using('register', last, async (invoke) => {
        expect(await invoke({ f: 'read', key: 'a', value: null })).toBe(1)
        expect(await invoke({ f: 'cas', key: 'a', value: [1, 2] })).toEqual([1, 2])
        expect(await invoke({ f: 'read', key: 'a', value: null })).toBe(2)
        expect(await invoke({ f: 'read', key: 'b', value: null })).toBeNull()
      })
    })

  if (speaks(system, 'register'))
    it('tells what a failed compare-and-set saw', () =>
      using('register', serving()[0]!, async (invoke) => {
        const onNothing = await failureOf(invoke({ f: 'cas', key: 'c', value: [1, 2] }))
        expect(onNothing).toBeInstanceOf(Refused)
        expect((onNothing as Refused).value).toEqual([1, 2, null])
        await invoke({ f: 'write', key: 'c', value: 7 })
        const onOther = await failureOf(invoke({ f: 'cas', key: 'c', value: [1, 2] }))
        expect((onOther as Refused).value).toEqual([1, 2, 7])
        expect(await invoke({ f: 'read', key: 'c', value: null })).toBe(7)
      }))

  if (speaks(system, 'set'))
    it('keeps sets that every node reads', async () => {
      await using('set', serving()[0]!, async (invoke) => {
        expect(await invoke({ f: 'read', value: null })).toEqual([])
        for (const value of [3, 14, 100]) expect(await invoke({ f: 'add', value })).toBe(value)
      })
      const all = await using('set', serving().at(-1)!, (invoke) =>
        invoke({ f: 'read', value: null }),
      )
      expect((all as number[]).toSorted((a, b) => a - b)).toEqual([3, 14, 100])
    })

  if (speaks(system, 'list-append'))
    it('keeps lists that transactions append to and read', async () => {
      await using('list-append', serving()[0]!, async (invoke) => {
        const seen = [
          ['append', 1, 3],
          ['r', 1, [3]],
          ['append', 1, 1],
          ['r', 2, []],
        ]
        expect(
          await invoke(txn(['append', 1, 3], ['r', 1, null], ['append', 1, 1], ['r', 2, null])),
        ).toEqual(seen)
      })
      await using('list-append', serving().at(-1)!, async (invoke) => {
        expect(await invoke(txn(['r', 1, null]))).toEqual([['r', 1, [3, 1]]])
        expect(await invoke(txn(['append', 1, 2], ['r', 1, null]))).toEqual([
          ['append', 1, 2],
          ['r', 1, [3, 1, 2]],
        ])
      })
    })

  if (speaks(system, 'rw-register'))
    it('keeps registers that transactions write and read', async () => {
      await using('rw-register', serving()[0]!, async (invoke) => {
        const seen = [
          ['w', 1, 3],
          ['w', 1, 4],
          ['r', 1, 4],
          ['r', 2, null],
        ]
        expect(await invoke(txn(['w', 1, 3], ['w', 1, 4], ['r', 1, null], ['r', 2, null]))).toEqual(
          seen,
        )
      })
      await using('rw-register', serving().at(-1)!, async (invoke) => {
        expect(await invoke(txn(['r', 1, null]))).toEqual([['r', 1, 4]])
      })
    })

  if (speaks(system, 'bank'))
    it('moves money and neither makes nor loses it', async () => {
      const open: Call = { f: 'open', value: { a: 10, b: 1 } }
      await using('bank', serving()[0]!, async (invoke) => {
        await invoke(open)
        const transfer = (amount: number): Call => ({
          f: 'transfer',
          value: { from: 'a', to: 'b', amount },
        })
        await invoke(transfer(4))
        expect(await failureOf(invoke(transfer(7)))).toBeInstanceOf(DefiniteError)
      })
      await using('bank', serving().at(-1)!, async (invoke) => {
        await invoke(open)
        expect(await invoke({ f: 'read', value: null })).toEqual({ a: 6, b: 5 })
      })
    })

  if (speaks(system, 'predicate'))
    it('adds a row where a transaction finds none', async () => {
      const insert = (table: string, row: number): Call => ({
        f: 'insert',
        key: 1,
        value: { table, row },
      })
      await using('predicate', serving()[0]!, async (invoke) => {
        expect(await invoke(insert('b', 7))).toEqual({ table: 'b', row: 7 })
        expect(await failureOf(invoke(insert('a', 8)))).toBeInstanceOf(DefiniteError)
      })
      await using('predicate', serving().at(-1)!, async (invoke) => {
        expect(await invoke({ f: 'scan', key: 1, value: null })).toEqual([[7], [7]])
      })
    })

  if (speaks(system, 'lock'))
    it('gives a lock to one at a time', async () => {
      const acquire: Call = { f: 'acquire', key: 'a', value: { ttlMs: 5000 } }
      const release: Call = { f: 'release', key: 'a', value: null }
      await using('lock', serving()[0]!, async (one) => {
        expect(await one(acquire)).toMatchObject({ ttlMs: 5000 })
        await using('lock', serving().at(-1)!, async (other) => {
          expect(await failureOf(other(acquire))).toBeInstanceOf(DefiniteError)
          expect(await failureOf(other(release))).toBeInstanceOf(DefiniteError)
          await one(release)
          expect(await other(acquire)).toMatchObject({ ttlMs: 5000 })
        })
      })
    })

  // What follows asks a register whether it is all still there.
  if (!speaks(system, 'register')) return

  it('claims nothing about a write to a frozen primary', async () => {
    await using('register', nodeCalled(primary), async (invoke) => {
      await invoke({ f: 'write', key: 'frozen', value: 1 })
      await cluster.processes!.pause([primary])
      // Mostly shorter than it takes to elect another primary: this one goes on as it was.
      const outcome = await invoke(
        { f: 'write', key: 'frozen', value: 2 },
        AbortSignal.timeout(300),
      ).catch((error: unknown) => error)
      await cluster.processes!.resume([primary])
      expect(outcome).not.toBeInstanceOf(DefiniteError)
    })
    await cluster.awaitReady(READY_MS, never)
    const value = await using('register', nodeCalled(primary), (invoke) =>
      invoke({ f: 'read', key: 'frozen', value: null }),
    )
    expect([1, 2]).toContain(value)
  })

  // What a killed node among equals comes back to is shown below, by all of them.
  const alone = system.sizes.default === 1
  const replaced = alone ? 'takes' : 'has another primary when its primary is killed, and takes'
  if (!isEqual)
    it(`${replaced} back a primary that was killed`, async () => {
      primary = (await cluster.primaries())[0]!
      const failed: unknown[] = []
      let last = 0
      let isKilled = false
      const writing = using('register', nodeCalled(primary), async (invoke) => {
        try {
          while (!isKilled) await invoke({ f: 'write', key: 'killed', value: ++last })
        } catch (error) {
          if (error instanceof DefiniteError) failed.push(last)
        }
      })
      await expect.poll(() => last, { timeout: 10_000 }).toBeGreaterThan(20)
      await cluster.processes!.kill([primary])
      isKilled = true
      await writing

      const others = async (): Promise<readonly string[]> =>
        (await cluster.primaries()).filter((name) => name !== primary)
      if (!alone) await expect.poll(others, { timeout: 30_000, interval: 100 }).toHaveLength(1)
      await cluster.processes!.start([primary])
      await cluster.awaitReady(READY_MS, never)
      if (!alone) expect(await cluster.primaries()).not.toContain(primary)

      for (const node of serving())
        await using('register', node, async (invoke) => {
          expect(failed).not.toContain(await invoke({ f: 'read', key: 'killed', value: null }))
          await invoke({ f: 'write', key: node.name, value: 1 })
        })
    })

  it('serves again with its data when all of it was killed', async () => {
    const names = cluster.nodes.map(({ name }) => name)
    await using('register', serving()[0]!, (invoke) =>
      invoke({ f: 'write', key: 'kept', value: 5 }),
    )
    await cluster.processes!.kill(names)
    await cluster.processes!.start(names)
    await cluster.awaitReady(READY_MS, never)
    await using('register', serving().at(-1)!, async (invoke) => {
      expect(await invoke({ f: 'read', key: 'kept', value: null })).toBe(5)
    })
  })
})

const speaks = (system: System, type: string): boolean => type in system.clients

const txn = (...value: readonly unknown[]): Call => ({ f: 'txn', value })

const failureOf = (completion: Promise<unknown>): Promise<unknown> =>
  completion.then(
    (value) => expect.unreachable(`completed with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
