/**
 * Every disk fault on a real PostgreSQL server with fsync=on: what the server's clients notice of it, the
 * fault's own evidence, and what is there after healing. One server bears them all, the worst ones last.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Evidence, Fault, Injection, Json } from '../harness/api.ts'
import { monotonicMs } from '../harness/clock.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { dockerCluster } from '../harness/cluster/docker/docker.ts'
import { toyRequest } from '../harness/cluster/docker/fixture.ts'
import { Connection } from '../systems/sql/postgres/connection.ts'
import postgres from '../systems/sql/postgres/index.ts'
import bitflip from './bitflip.ts'
import copyChunk from './copy-chunk.ts'
import diskError from './disk-error.ts'
import diskFull from './disk-full.ts'
import diskSlow from './disk-slow.ts'
import diskStall from './disk-stall.ts'
import loseUnsynced from './lose-unsynced.ts'
import snapshotRestore from './snapshot-restore.ts'
import truncate from './truncate.ts'

const never = new AbortController().signal
const targets = ['p1']
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
let cluster: RunningCluster

beforeAll(async () => {
  cluster = await dockerCluster.up(
    toyRequest({
      systemName: 'postgres',
      system: postgres,
      nodes: 1,
      options: { fsync: 'on' },
      needs: { any: ['files', 'volume', 'disk-rate', 'processes', 'freezer'] },
    }),
  )
  await cluster.awaitReady(30_000, never)
  await sql('CREATE TABLE big (id serial, filling text)')
  await sql('CREATE TABLE element (value bigint PRIMARY KEY)')
})
afterAll(() => cluster?.down())

const sql = async (text: string): Promise<string> => {
  const connection = await Connection.open(cluster.nodes[0]!, { limitMs: 2000 })
  try {
    const [row] = await connection.run({ name: '', text })
    return String(row?.[0])
  } finally {
    connection.close()
  }
}

/** The server's code for what is wrong, or what the connection says; undefined when nothing is. */
const failureOf = async (text: string): Promise<string | undefined> => {
  try {
    await sql(text)
    return undefined
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

/** Waits for evidence as a run does, and prints what it says and how long the work took. */
const shown = async (
  what: string,
  work: () => Promise<unknown>,
  ask: () => Promise<Evidence>,
): Promise<Evidence> => {
  const begun = monotonicMs()
  await work()
  const tookMs = Math.round(monotonicMs() - begun)
  let evidence = await ask()
  for (let tries = 0; !evidence.held && tries < 50; tries++) {
    await wait(50)
    evidence = await ask()
  }
  process.stdout.write(`  ${what}, ${tookMs} ms: ${evidence.summary}\n`)
  return evidence
}

/** Injects a fault, lets `during` look at its effect, and heals it, with evidence for both. */
const suffer = async <P extends Json, D extends Json>(
  name: string,
  fault: Fault<P, D>,
  plan: P,
  during: () => Promise<void> = async () => {},
): Promise<Injection<D>> => {
  let injection: Injection<D> | undefined
  try {
    const inject = async () => {
      injection = await fault.inject(cluster, plan)
    }
    const observed = await shown(name, inject, () => fault.observe(cluster, injection!))
    expect(observed.held).toBe(true)
    await during()
  } finally {
    await fault.heal(cluster)
  }
  // Again: healing may be repeated.
  const healed = await shown(
    `${name} healed`,
    () => fault.heal(cluster),
    () => fault.healed(cluster, injection!),
  )
  expect(healed.held).toBe(true)
  return injection!
}

const ready = () => cluster.awaitReady(20_000, never)

describe('disk faults', () => {
  it('disk-stall: a commit waits until the stall is over', async () => {
    let committed = false
    let waiting: Promise<void> | undefined
    await suffer('disk-stall', diskStall, { targets }, async () => {
      waiting = sql(`INSERT INTO big (filling) VALUES ('stalled')`).then(() => {
        committed = true
      })
      await wait(500)
      expect(committed).toBe(false)
    })
    await waiting
    expect(committed).toBe(true)
  })

  it('disk-slow: a commit of 512 KiB takes seconds at 256 KiB a second', async () => {
    const commit = async (): Promise<number> => {
      const begun = monotonicMs()
      const random = "(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 16384))"
      await sql(`INSERT INTO big (filling) SELECT ${random}`)
      return monotonicMs() - begun
    }
    const before = await commit()
    let slow = 0
    await suffer('disk-slow', diskSlow, { targets, bytesPerSecond: 262_144 }, async () => {
      slow = await commit()
    })
    const after = await commit()
    process.stdout.write(`  commits: ${[before, slow, after].map(Math.round).join(', ')} ms\n`)
    expect(slow).toBeGreaterThan(1000)
    expect(slow).toBeGreaterThan(3 * after)
  })

  it('disk-full: the server says so, and goes on when there is space again', async () => {
    const filling = `INSERT INTO big (filling) SELECT repeat(md5(n::text), 100) FROM generate_series(1, 20000) n`
    await suffer('disk-full', diskFull, { targets }, async () => {
      expect(await failureOf(filling)).toBe('53100')
    })
    await ready()
    expect(await failureOf(filling)).toBeUndefined()
  })

  it('disk-error: nothing can be committed, and what was is there afterwards', async () => {
    await sql(`INSERT INTO element VALUES (1)`)
    await suffer('disk-error', diskError, { targets }, async () => {
      expect(await failureOf('INSERT INTO element VALUES (2)')).toBeDefined()
    })
    await ready()
    expect(await sql('SELECT count(*) FROM element WHERE value = 1')).toBe('1')
    expect(await failureOf('INSERT INTO element VALUES (3)')).toBeUndefined()
  })

  it('lose-unsynced: a server that syncs its commits keeps them', async () => {
    for (let value = 100; value < 120; value++) await sql(`INSERT INTO element VALUES (${value})`)
    const { done } = await suffer('lose-unsynced', loseUnsynced, { targets })
    await ready()
    expect(done.losses[0]!.filesBack).toBeGreaterThan(0)
    expect(await sql('SELECT count(*) FROM element WHERE value >= 100')).toBe('20')
  })

  it('snapshot-restore: what was committed since is gone, what was before is there', async () => {
    await sql('INSERT INTO element VALUES (200)')
    const writing = wait(300).then(() => sql('INSERT INTO element VALUES (201)'))
    await suffer('snapshot-restore', snapshotRestore, { targets, ageMs: 1000 })
    await writing
    await ready()
    expect(await sql('SELECT count(*) FROM element WHERE value = 200')).toBe('1')
    expect(await sql('SELECT count(*) FROM element WHERE value = 201')).toBe('0')
  })
})

describe('damage to files', () => {
  const common = { targets, seed: 1, killFirst: true } as const
  /** A table of 100 rows on 100 pages, all written out. */
  const table = async (name: string): Promise<string> => {
    await sql(`CREATE TABLE ${name} (id int, filling text)`)
    await sql(`ALTER TABLE ${name} ALTER filling SET STORAGE PLAIN`)
    await sql(
      `INSERT INTO ${name} SELECT n, repeat(md5(n::text), 200) FROM generate_series(1, 100) n`,
    )
    await sql('CHECKPOINT')
    return `postgres/${await sql(`SELECT pg_relation_filepath('${name}')`)}`
  }

  it('truncate: rows at the end of a table are gone', async () => {
    const glob = await table('cut')
    const plan = { ...common, glob, files: 1, bytes: 65_536 }
    const { done } = await suffer('truncate', truncate, plan)
    await ready()
    const lost = Math.ceil(done.damage[0]!.bytes / 8192)
    expect(lost).toBeGreaterThan(0)
    expect(await sql('SELECT count(*) FROM cut')).toBe(String(100 - lost))
  })

  it('copy-chunk: a table no longer holds what was written', async () => {
    const glob = await table('copied')
    await suffer('copy-chunk', copyChunk, { ...common, glob, chunks: 3, bytes: 16_384 })
    await ready()
    const sound = 'SELECT count(*) FROM copied WHERE filling = repeat(md5(id::text), 200)'
    const found = (await failureOf(sound)) ?? (await sql(sound))
    expect(found).not.toBe('100')
  })

  it('bitflip: the server finds its control file damaged and does not start', async () => {
    const plan = { ...common, glob: 'postgres/global/pg_control', flips: 400 }
    const { done } = await suffer('bitflip', bitflip, plan)
    expect(done.damage.length).toBeGreaterThan(300)
    await expect(ready()).rejects.toThrow(/incorrect checksum in control file|p1 .*ended/)
  })

  it('a glob that matches nothing is one clear line, and nothing is damaged', async () => {
    const plan = { targets, seed: 1, glob: 'no/such/*.file', flips: 1 }
    await expect(bitflip.inject(cluster, plan)).rejects.toThrow(
      /^no file with content matches "no\/such\/\*\.file" in the data folder of p1: it has \d+ files, such as postgres\//,
    )
  })
})
