import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningCluster } from '../cluster.ts'
import { dockerCluster } from './docker.ts'
import { openEngine } from './engine.ts'
import { bytesOf, measured, toyRequest } from './fixture.ts'

const request = toyRequest({ nodes: 5 })
let cluster: RunningCluster
beforeAll(async () => {
  cluster = await dockerCluster.up(request)
  await cluster.awaitReady(10_000, new AbortController().signal)
})
afterAll(() => cluster.down())

const processes = () => cluster.processes!
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('the processes of a docker cluster', () => {
  it('say that they run, and use the processor', async () => {
    const before = await measured('state', () => processes().state('n1'))
    await wait(200)
    const after = await processes().state('n1')
    expect(before.state).toBe('running')
    expect(after.cpuNs!).toBeGreaterThan(before.cpuNs!)
  })

  it('are gone when killed and keep data, address and rules when started again', async () => {
    await cluster.network!.setGrudge({ n1: ['n2'] })
    const address = await cluster.exec('n1', ['hostname', '-i'])
    const counted = await bytesOf(cluster, 'n1')
    const { pid } = await processes().state('n1')

    await measured('kill', () => processes().kill(['n1']))
    expect(await processes().state('n1')).toEqual({ state: 'gone' })
    await measured('start', () => processes().start(['n1']))

    const after = await processes().state('n1')
    expect(after.state).toBe('running')
    expect(after.pid).not.toBe(pid)
    expect(await cluster.exec('n1', ['hostname', '-i'])).toBe(address)
    expect(await bytesOf(cluster, 'n1')).toBeGreaterThanOrEqual(counted)
    const cut = (await cluster.network!.probe()).filter(({ outcome }) => outcome === 'dropped')
    expect(cut).toEqual([{ from: 'n2', to: 'n1', outcome: 'dropped' }])
    await cluster.network!.clear()
  })

  it('do nothing while paused and go on where they were', async () => {
    await measured('pause', () => processes().pause(['n2']))
    const before = await processes().state('n2')
    await wait(200)
    expect(before.state).toBe('paused')
    expect(await processes().state('n2')).toEqual(before)

    await measured('resume', () => processes().resume(['n2']))
    const counted = await bytesOf(cluster, 'n2')
    await wait(100)
    expect((await processes().state('n2')).state).toBe('running')
    expect(await bytesOf(cluster, 'n2')).toBeGreaterThan(counted)
  })

  it('of five nodes are paused in less than a tenth of a second (median of 20)', async () => {
    const all = ['n1', 'n2', 'n3', 'n4', 'n5']
    const pauses: number[] = []
    const resumes: number[] = []
    for (let turn = 0; turn < 20; turn++) {
      const begun = performance.now()
      await processes().pause(all)
      pauses.push(performance.now() - begun)
      const paused = performance.now()
      await processes().resume(all)
      resumes.push(performance.now() - paused)
    }
    const median = (times: number[]) => Math.round(times.toSorted((a, b) => a - b)[10]!)
    process.stdout.write(
      `  pause of 5 nodes: ${median(pauses)} ms, resume: ${median(resumes)} ms (medians of 20)\n`,
    )
    expect(median(pauses)).toBeLessThan(100)
  })

  it('bear every verb in every state', async () => {
    await processes().pause(['n3'])
    await processes().pause(['n3'])
    await processes().start(['n3'])
    expect((await processes().state('n3')).state).toBe('paused')
    await processes().kill(['n3'])
    await processes().kill(['n3'])
    await processes().pause(['n3'])
    await processes().resume(['n3'])
    expect((await processes().state('n3')).state).toBe('gone')
    await processes().start(['n3'])
    await processes().start(['n3'])
    await processes().resume(['n3'])
    expect((await processes().state('n3')).state).toBe('running')
  })

  it('are killed when they do not end by themselves, and that is said', async () => {
    // The first process of a container ignores SIGTERM unless it has a handler of its own.
    const [ending] = await processes().terminate(['n1'], 300)
    expect(ending).toMatchObject({ node: 'n1', by: 'killed' })
    expect(ending!.afterMs).toBeGreaterThanOrEqual(300)
    expect((await processes().state('n1')).state).toBe('gone')
    expect(await processes().terminate(['n1'], 300)).toMatchObject([{ by: 'was gone' }])
    await processes().start(['n1'])
  })

  it('are listed, and stopped one by one', async () => {
    const [counter, ...others] = await measured('list', () => processes().list('n2'))
    expect(others).toEqual([])
    expect(counter).toMatchObject({ command: expect.stringContaining('perl'), isStopped: false })
    await measured('SIGSTOP', () => processes().signal([counter!.pid], 'SIGSTOP'))
    expect(await processes().list('n2')).toEqual([{ ...counter, isStopped: true }])
    const counted = await bytesOf(cluster, 'n2')
    await wait(100)
    expect(await bytesOf(cluster, 'n2')).toBe(counted)
    await processes().signal([counter!.pid], 'SIGCONT')
    expect(await processes().list('n2')).toEqual([counter])
    await processes().signal([2 ** 22 - 1], 'SIGCONT')
  })

  it('lose their data only when they do not run, and start with none', async () => {
    await expect(processes().wipe(['n3'])).rejects.toThrow('n3 runs')
    const counted = await bytesOf(cluster, 'n3')
    await processes().kill(['n3'])
    expect(await processes().isWiped('n3')).toBe(false)
    await measured('wipe', () => processes().wipe(['n3']))
    expect(await processes().isWiped('n3')).toBe(true)
    await processes().start(['n3'])
    expect(await bytesOf(cluster, 'n3')).toBeLessThan(counted)
    expect(await processes().list('n3')).toHaveLength(1)
  })

  it('keep their log over a kill', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'logs-'))
    await processes().kill(['n1'])
    await processes().start(['n1'])
    await wait(200)
    await processes().kill(['n1'])
    await measured('logs', () => cluster.saveLogs(folder))
    const log = await readFile(join(folder, 'n1.log'), 'utf8')
    await rm(folder, { recursive: true })
    await processes().start(['n1'])
    const starts = log.match(/^\d{4}-\d\d-\d\dT\S+Z start$/gm) ?? []
    expect(starts.length).toBeGreaterThanOrEqual(2)
  })

  it('are still in reach when the connection to the agent breaks', async () => {
    const engine = openEngine()
    const agent = engine.getContainer(`schism-${request.runId}-agent`)
    const { ExecIDs } = (await agent.inspect()) as unknown as { ExecIDs: string[] }
    for (const id of ExecIDs) {
      const { Pid, Running } = await engine.getExec(id).inspect()
      if (Running) process.kill(Pid, 'SIGKILL')
    }
    const states = await Promise.all(['n1', 'n2', 'n3'].map((name) => processes().state(name)))
    expect(states.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
  })
})

describe('a command in a node', () => {
  it('gives its output', async () => {
    expect(await measured('exec', () => cluster.exec('n1', ['echo', 'a b']))).toBe('a b\n')
  })
  it('fails with its words', async () => {
    const command = cluster.exec('n1', ['sh', '-c', 'echo broken >&2; exit 3'])
    await expect(command).rejects.toThrow(/^n1: sh .* ended with 3: broken$/)
  })
  it('fails in a dead node', async () => {
    await processes().kill(['n2'])
    await expect(cluster.exec('n2', ['true'])).rejects.toThrow(/not running/)
    await processes().start(['n2'])
  })
})

describe('a dead agent', () => {
  it('is named, and does not hang the run', async () => {
    const doomed = toyRequest({ nodes: 2 })
    const other = await dockerCluster.up(doomed)
    try {
      await openEngine().getContainer(`schism-${doomed.runId}-agent`).remove({ force: true })
      const grudge = { n1: ['n2'] }
      await expect(other.network!.setGrudge(grudge)).rejects.toThrow(/schism-.*-agent/)
      await expect(other.network!.clear()).rejects.toThrow(/schism-.*-agent/)
    } finally {
      await other.down()
    }
  })
})
