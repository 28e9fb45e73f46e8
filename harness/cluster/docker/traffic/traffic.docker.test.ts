/** What shaping does to packets between real containers, of both IP families, and that nothing of it stays. */
import { readdirSync, readFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Echo, Link, Shaping } from '../../../api.ts'
import { monotonicMs } from '../../../clock.ts'
import type { RunningCluster } from '../../cluster.ts'
import { runCommand } from '../channel.ts'
import { dockerCluster } from '../docker.ts'
import { openEngine } from '../engine.ts'
import { answers, leftOf, measured, toyRequest } from '../fixture.ts'
import { departureOf, type Ends } from './places.ts'
import { type LinkShape, shapeScript } from './shaper.ts'

/** Only for commands as text. */
const ends: Ends = {
  members: [1, 2].map((n) => ({
    name: `n${n}`,
    addresses: { ipv4: `198.18.0.1${n}`, ipv6: `fd53::${n}` },
    pid: n,
  })),
  host: { ipv4: '198.18.0.1', ipv6: undefined },
}

const between = (a: string, b: string): readonly Link[] => [
  { from: a, to: b },
  { from: b, to: a },
]
const shaped = between('n1', 'n2')
const other: Link = { from: 'n2', to: 'n3' }
const kinds = ['loss', 'duplicate', 'delay', 'reorder', 'corrupt', 'rate', 'hold'] as const

const medianMs = ({ replies }: Echo): number =>
  replies.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(replies.length / 2)] ?? Infinity
const got = ({ replies }: Echo): number => new Set(replies.map(({ sequence }) => sequence)).size

/** The queue programs that run on this machine for a node, by the holder's pid. */
const queuePrograms = (holder: string): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`schism-queue ${holder}`)
    } catch {
      return false
    }
  })

describe('shaped links', () => {
  const request = toyRequest({ nodes: 3 })
  let cluster: RunningCluster
  const traffic = () => cluster.traffic!
  const echo = async (link: Link, count = 100): Promise<Echo> =>
    (await traffic().echo([link], { count }))[0]!
  const echoes = async (count = 100): Promise<readonly [Echo, Echo]> => {
    const [on, off] = await traffic().echo([shaped[0]!, other], { count })
    return [on!, off!]
  }
  const holderOf = async (node: string): Promise<string> => {
    const holder = openEngine().getContainer(`schism-${request.runId}-${node}-net`)
    return String((await holder.inspect()).State.Pid)
  }
  /** Everything in a node's network namespace that shaping could have left. */
  const traces = async (node: string): Promise<string> => {
    const pid = await holderOf(node)
    const look =
      'nft list tables | grep -v "ip nat"; tc qdisc show dev eth0 | grep -v noqueue; ip -o link show type ifb'
    const { stdout } = await execa('nsenter', ['-t', pid, '-n', 'sh', '-c', look], {
      reject: false,
    })
    return stdout + queuePrograms(pid).join(' ')
  }

  beforeAll(async () => {
    cluster = await dockerCluster.up(request)
    await cluster.awaitReady(10_000, new AbortController().signal)
  })
  afterAll(() => cluster.down())

  it('lose the planned share of packets, and other links none', async () => {
    await measured('loss', () => traffic().shape(shaped, { kind: 'loss', percent: 20 }))
    const [on, off] = await echoes(200)
    expect(got(off)).toBe(200)
    // Two ways with 20 %: 64 % are answered; six standard deviations are 20 %.
    expect(got(on) / 200).toBeGreaterThan(0.44)
    expect(got(on) / 200).toBeLessThan(0.84)
    const counts = await traffic().counts('loss')
    expect(counts.map(({ link }) => link.to).toSorted()).toEqual(['n1', 'n2'])
    for (const { packets, touched } of counts) {
      expect(packets).toBeGreaterThanOrEqual(100)
      expect(touched / packets).toBeCloseTo(0.2, 0)
    }
    await traffic().clear('loss')
    expect(got(await echo(shaped[0]!))).toBe(100)
    expect(await traffic().counts('loss')).toEqual([])
  })

  it('lose runs of packets of the planned length', async () => {
    await traffic().shape([shaped[0]!], { kind: 'loss', percent: 25, burst: 5 })
    const { replies } = await echo(shaped[0]!, 100)
    const missing = Array.from({ length: 100 }, (_, n) => n).filter(
      (n) => !replies.some(({ sequence }) => sequence === n),
    )
    expect(missing).toHaveLength(25)
    const starts = missing.filter((n) => !missing.includes(n - 1))
    expect(starts).toHaveLength(5)
    await traffic().clear('loss')
  })

  it('lose everything at 100 %, also in IPv6 and between a node and the clients', async () => {
    const links = [...shaped, ...between('n1', 'clients')]
    await traffic().shape(links, { kind: 'loss', percent: 100 })
    const all = await traffic().echo([shaped[0]!, { from: 'clients', to: 'n1' }], { count: 5 })
    expect(all.map(got)).toEqual([0, 0])
    expect(await answers(cluster, 'n1', 'n2', 'ipv6')).toBe(false)
    expect(await answers(cluster, 'n1', 'n3', 'ipv6')).toBe(true)
    expect(got(await echo({ from: 'n2', to: 'clients' }, 5))).toBe(5)
    await traffic().clear('loss')
  })

  it('deliver packets twice', async () => {
    await measured('duplicate', () => traffic().shape(shaped, { kind: 'duplicate', percent: 30 }))
    const [on, off] = await echoes()
    expect(got(on)).toBe(100)
    expect(on.replies.length).toBeGreaterThan(120)
    expect(off.replies).toHaveLength(100)
    await traffic().clear('duplicate')
    expect((await echo(shaped[0]!)).replies).toHaveLength(100)
  })

  it('delay packets by the planned time, also in IPv6, and are fast again at once', async () => {
    const shaping = { kind: 'delay', ms: 200, jitterMs: 10, distribution: 'normal' } as const
    await measured('delay', () => traffic().shape(shaped, shaping))
    const [on, off] = await echoes(20)
    expect(got(on)).toBe(20)
    expect(medianMs(on)).toBeGreaterThan(385)
    expect(medianMs(on)).toBeLessThan(500)
    expect(medianMs(off)).toBeLessThan(20)
    // An answer within 0.3 s would come too early.
    expect(await answers(cluster, 'n1', 'n2', 'ipv6')).toBe(false)
    await measured('a change of it', () => traffic().shape([shaped[0]!], { ...shaping, ms: 50 }))
    expect(medianMs(await echo(shaped[0]!, 20))).toBeLessThan(100)
    await measured('its end', () => traffic().clear('delay'))
    expect(medianMs(await echo(shaped[0]!, 20))).toBeLessThan(20)
  })

  it('let packets overtake others', async () => {
    await traffic().shape([shaped[0]!], { kind: 'reorder', percent: 25, gapMs: 30 })
    const { replies } = await echo(shaped[0]!)
    const late = replies.filter(({ ms }) => ms > 27)
    expect(late.length).toBeGreaterThan(5)
    expect(late.length).toBeLessThan(50)
    const order = replies.map(({ sequence }) => sequence)
    expect(order).not.toEqual(order.toSorted((a, b) => a - b))
    await traffic().clear('reorder')
  })

  it('damage packets so that the receiving kernel sees it', async () => {
    const before = await traffic().badChecksums()
    await traffic().shape([shaped[0]!], { kind: 'corrupt', percent: 50 })
    const [on, off] = await echoes()
    const wrong = (await traffic().badChecksums()).n2! - before.n2!
    expect(got(on)).toBeGreaterThan(20)
    expect(got(on)).toBeLessThan(80)
    expect(wrong).toBe(100 - got(on))
    expect(got(off)).toBe(100)
    await traffic().clear('corrupt')
    expect(got(await echo(shaped[0]!))).toBe(100)
  })

  it('pass no more than their rate', async () => {
    const options = { count: 200, gapMs: 4, bytes: 1400 }
    const rate = ({ replies }: Echo): number =>
      ((replies.length - 9) * 1442 * 8) / (replies.at(-1)!.atMs - replies[8]!.atMs)
    const links = [shaped[0]!, { from: 'clients', to: 'n3' }]
    await measured('rate', () => traffic().shape(links, { kind: 'rate', kbitS: 1000 }))
    const limited = (await traffic().echo([...links, other], options)).map(rate)
    expect(limited[0]).toBeGreaterThan(700)
    expect(limited[0]).toBeLessThan(1200)
    expect(limited[1]).toBeGreaterThan(700)
    expect(limited[1]).toBeLessThan(1200)
    expect(limited[2]).toBeGreaterThan(1500)
    await traffic().clear('rate')
    const [free] = await traffic().echo([shaped[0]!], options)
    expect(rate(free!)).toBeGreaterThan(1500)
  })

  it('hold packets and let all go in order', async () => {
    await measured('hold', () => traffic().shape(shaped, { kind: 'hold' }))
    const start = monotonicMs()
    const waiting = traffic().echo([shaped[0]!], { count: 20, waitMs: 5000 })
    await expect
      .poll(async () => (await traffic().counts('hold')).find(({ link }) => link.to === 'n2'))
      .toMatchObject({ touched: 20 })
    // Longer than any machine needs to answer.
    await cluster.sleep(150)
    await traffic().clear('hold')
    const heldMs = monotonicMs() - start
    const [{ replies }] = (await waiting) as readonly [Echo]
    expect(replies.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(replies[0]!.ms).toBeGreaterThan(100)
    expect(replies[0]!.ms).toBeLessThan(heldMs + 500)
  })

  it('are cut from their connections on both sides', async () => {
    const server =
      'use Socket; socket(L,AF_INET,SOCK_STREAM,0); bind(L,pack_sockaddr_in(7000,INADDR_ANY)); listen(L,5); accept(C,L); print defined sysread(C,my $b,1) ? "end" : "reset"'
    const address = cluster.nodes[1]!.address
    const client = `use Socket; for (1..100) { socket(C,AF_INET,SOCK_STREAM,0); last if connect(C,pack_sockaddr_in(7000,inet_aton("${address}"))); select(undef,undef,undef,0.05) } print defined sysread(C,my $b,1) ? "end" : "reset"`
    const ends = Promise.all([
      cluster.exec('n2', ['perl', '-e', server]),
      cluster.exec('n1', ['perl', '-e', client]),
    ])
    await expect.poll(() => traffic().connections(shaped)).toHaveLength(1)
    expect(await traffic().reset(between('n1', 'n3'))).toEqual([])
    expect(await measured('reset', () => traffic().reset([shaped[1]!]))).toHaveLength(1)
    expect(await ends).toEqual(['reset', 'reset'])
    expect(await traffic().connections(shaped)).toEqual([])
  })

  it('stay as they are while other kinds and partitions come and go', async () => {
    await traffic().shape(shaped, { kind: 'loss', percent: 50 })
    await Promise.all([
      traffic().shape(shaped, { kind: 'delay', ms: 40, jitterMs: 0, distribution: 'uniform' }),
      traffic().shape(shaped, { kind: 'corrupt', percent: 1 }),
      traffic().shape(shaped, { kind: 'rate', kbitS: 5000 }),
      cluster.network!.setGrudge({ n3: ['n1'] }),
    ])
    expect(got(await echo({ from: 'n1', to: 'n3' }, 5))).toBe(0)
    await Promise.all([
      traffic().clear('corrupt'),
      traffic().clear('rate'),
      cluster.network!.clear(),
      traffic().clear('loss'),
    ])
    const [on, off] = await echoes(20)
    expect(got(on)).toBe(20)
    expect(medianMs(on)).toBeGreaterThan(79)
    expect(got(off)).toBe(20)
    expect(got(await echo({ from: 'n1', to: 'n3' }, 5))).toBe(5)
    await traffic().clear('delay')
  })

  it('leave nothing behind, and end twice without complaint', async () => {
    const shaping = { kind: 'delay', ms: 5, jitterMs: 0, distribution: 'uniform' } as const
    await traffic().shape([...shaped, ...between('n1', 'clients')], shaping)
    expect(await traces('n1')).not.toBe('')
    for (const _ of [1, 2]) await Promise.all(kinds.map((kind) => traffic().clear(kind)))
    expect(await Promise.all(['n1', 'n2', 'n3'].map(traces))).toEqual(['', '', ''])
    expect(got(await echo(shaped[0]!, 5))).toBe(5)
  })

  it('refuse a link without a node', async () => {
    const shaping: Shaping = { kind: 'loss', percent: 1 }
    for (const link of [
      { from: 'n1', to: 'n9' },
      { from: 'n1', to: 'n1' },
    ])
      await expect(traffic().shape([link], shaping)).rejects.toThrow(/no such node|to itself/)
  })

  it('are shaped by netem where there is one: its arguments are those that tc knows', async () => {
    const place = departureOf({ from: 'n1', to: 'n2' }, ends)
    const delay = { kind: 'delay', ms: 50, jitterMs: 10 } as const
    const shapes: LinkShape[] = [
      { delay: { ...delay, distribution: 'uniform' } },
      { delay: { ...delay, distribution: 'pareto' }, rateKbitS: 1000 },
      { reorder: { kind: 'reorder', percent: 12.5, gapMs: 20 } },
      {
        delay: { ...delay, distribution: 'normal' },
        reorder: { kind: 'reorder', percent: 25, gapMs: 20 },
        corrupt: { kind: 'corrupt', percent: 2 },
      },
    ]
    for (const shape of shapes) {
      const script = shapeScript([{ place, shape }])
      const run =
        'ip link add eth0 type veth peer name eth1 && ip link set eth0 up && printf %s "$1" | tc -force -batch -'
      const { errors } = await runCommand(openEngine(), `schism-${request.runId}-agent`, [
        ...['unshare', '-n', 'sh', '-c', run, 'sh', script],
      ])
      // A kernel without netem says so of that one line, and nothing of it is wrong to tc.
      const lines = errors.split('\n').filter((line) => line !== '')
      const line = script.split('\n').findIndex((text) => text.includes('netem')) + 1
      const isAbsent = ['Error: Specified qdisc kind is unknown.', `Command failed -:${line}`]
      expect([[], isAbsent]).toContainEqual(lines)
    }
  })

  it('are whole again when the agent dies, and its queues end with it', async () => {
    const holder = await holderOf('n1')
    const shaping = { kind: 'delay', ms: 1000, jitterMs: 0, distribution: 'uniform' } as const
    await traffic().shape(shaped, shaping)
    expect(queuePrograms(holder)).toHaveLength(1)
    expect(await answers(cluster, 'n1', 'n2', 'ipv4')).toBe(false)
    await openEngine().getContainer(`schism-${request.runId}-agent`).kill()
    await expect.poll(() => queuePrograms(holder), { timeout: 5000 }).toEqual([])
    expect(await answers(cluster, 'n1', 'n2', 'ipv4')).toBe(true)
  })
})

describe('links shaped by a controller that was killed', () => {
  it('are gone with everything else after a clean', async () => {
    const { runId } = toyRequest()
    const script = `
      const { dockerCluster } = await import(${JSON.stringify(`${import.meta.dirname}/../docker.ts`)})
      const fixture = await import(${JSON.stringify(`${import.meta.dirname}/../fixture.ts`)})
      const cluster = await dockerCluster.up(fixture.toyRequest({ runId: '${runId}', nodes: 2 }))
      await cluster.traffic.shape([{ from: 'n1', to: 'n2' }], { kind: 'hold' })
      console.log('held')
      setInterval(() => {}, 1000)
    `
    const argv = ['--import', 'tsx', '--input-type=module', '-e', script]
    const child = execa(process.execPath, argv, { reject: false, stderr: 'inherit' })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const holder = await openEngine().getContainer(`schism-${runId}-n2-net`).inspect()
    const pid = String(holder.State.Pid)
    expect(queuePrograms(pid)).toHaveLength(1)
    child.kill('SIGKILL')
    await child
    // Another run on this machine may clean up in the same moment and be in the way: what counts is the end.
    const cleaned = async (): Promise<readonly string[]> => {
      await dockerCluster.clean({ all: false }).catch(() => {})
      return leftOf(runId)
    }
    await expect.poll(cleaned, { timeout: 20_000 }).toEqual([])
    await expect.poll(() => queuePrograms(pid), { timeout: 5000 }).toEqual([])
  })
})
