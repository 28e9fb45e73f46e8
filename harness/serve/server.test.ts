import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleRun } from '../../results/report/sample.test-helper.ts'
import {
  createRunFolder,
  files,
  HistoryLog,
  writeRun,
  writeVerdict,
  writeWhole,
} from '../../results/store.ts'
import type { Served, ServeOptions } from './server.ts'

// Compiled, as workers are.
const load = async (file: string): Promise<unknown> =>
  import(join(import.meta.dirname, '../../dist', file))
const { serve } = (await load('harness/serve/server.js')) as typeof import('./server.ts')
const { RunIndex } = (await load(
  'results/archive/index.js',
)) as typeof import('../../results/archive/index.ts')

const root = mkdtempSync(join(tmpdir(), 'schism-serve-'))
const store = join(root, 'runs')
const secret = join(root, 'secret.txt')
const samples = {
  set: sampleRun('set', { seconds: 20 }),
  register: sampleRun('register', { seconds: 20 }),
}

const keep = (id: string, of: keyof typeof samples, has: 'verdict' | 'no verdict' = 'verdict') => {
  const folder = createRunFolder(store, id)
  const { run, verdict, history } = samples[of]
  writeRun(folder, { ...run, id, schedule: { episodes: [] }, faults: [] })
  const log = new HistoryLog(join(folder, files.history))
  for (const event of history) log.append(event)
  log.close()
  writeFileSync(join(folder, files.logs, 'n1.log'), '<b>ready</b>\n')
  if (has === 'verdict') writeVerdict(folder, { ...verdict, input: folder })
  return folder
}

const served: Served[] = []
const start = async (change: Partial<ServeOptions> = {}): Promise<Served> => {
  const one = await serve({
    ...{ store, host: '127.0.0.1', port: 0, changes: 'refused' },
    index: new RunIndex(store),
    budget: { budgetMs: 60_000, memoryBytes: 1e9 },
    failed: (error) => {
      throw error
    },
    ...change,
  })
  served.push(one)
  return one
}

let reader: Served
beforeAll(async () => {
  writeFileSync(secret, 'secret')
  keep('a-set', 'set')
  keep('b-register', 'register')
  keep('c-unfinished', 'register', 'no verdict')
  reader = await start()
})
afterAll(async () => {
  await Promise.all(served.map((one) => one.close()))
  rmSync(root, { recursive: true, force: true })
})

interface Got {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A request exactly as it is written: no client tidies the path. */
const send = (path: string, options: RequestOptions = {}, to = reader): Promise<Got> =>
  new Promise((resolve, reject) => {
    const token = new URL(to.url).searchParams.get('token')
    const headers = { cookie: `schism-${to.port}=${token}`, ...options.headers }
    const sent = request(
      { host: '127.0.0.1', port: to.port, path, ...options, headers },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response
          resolve({ status, headers, body: Buffer.concat(chunks) })
        })
      },
    )
    sent.on('error', reject)
    sent.end()
  })
const json = async (path: string, options: RequestOptions = {}, to = reader) =>
  JSON.parse(String((await send(path, options, to)).body))

describe('who may ask', () => {
  test('nobody without the token; with it in the address once, then by its cookie', async () => {
    const none = { headers: { cookie: '' } }
    for (const path of ['/', '/api/runs', '/runs/a-set/report', '/runs/a-set/zip'])
      expect((await send(path, none)).status, path).toBe(401)
    const first = await send(reader.url.slice(reader.url.indexOf('/?')), none)
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(/; HttpOnly; SameSite=Strict$/),
    ])
    const cookie = first.headers['set-cookie']![0]!.split(';')[0]!
    expect((await send('/', { headers: { cookie } })).status).toBe(200)
  })

  test('nobody under another name, nor by another method', async () => {
    expect((await send('/', { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await send('/', { method: 'DELETE' })).status).toBe(405)
    expect((await send('/api/runs', { method: 'POST' })).status).toBe(403)
  })

  test('two servers have two tokens', async () => {
    const other = await start()
    expect(other.url.split('token=')[1]).not.toBe(reader.url.split('token=')[1])
    expect(reader.url.split('token=')[1]).toMatch(/^[\w-]{32}$/)
  })
})

describe('no path leads out of the store', () => {
  const status = async (path: string) => (await send(path)).status

  test('by its words', async () => {
    const outs = [
      '/runs/../secret.txt/files/x',
      '/runs/%2e%2e/files/secret.txt',
      '/runs/..%2f..%2fetc/files/passwd',
      '/runs/a-set/files/../../secret.txt',
      '/runs/a-set/files/..%2f..%2fsecret.txt',
      '/runs/a-set/files/%2e%2e/b-register/run.json',
      '/runs/a-set/files/logs%2f..%2f..%2f..%2fsecret.txt',
      '/runs/a-set/files//etc/passwd',
      '/runs/a-set/files/%00',
      '/runs/a-set/files/..\\..\\secret.txt',
      '/runs/latest/files/run.json',
      '/runs/.index.json/files/x',
      '/api/runs/..%2fa-set',
      '/api/diff?a=../runs/a-set&b=a-set',
    ]
    for (const path of outs) expect(await status(path), path).toBe(404)
    expect(await status('/runs/%zz/files/x')).toBe(400)
  })

  test('by a link', async () => {
    const folder = keep('d-links', 'set')
    symlinkSync(secret, join(folder, 'link.txt'))
    symlinkSync(root, join(folder, 'up'))
    symlinkSync(join(store, 'a-set'), join(store, 'e-link'))
    expect(await status('/runs/d-links/files/run.json')).toBe(200)
    for (const path of ['link.txt', 'up/secret.txt', 'up/runs/a-set/run.json'])
      expect(await status(`/runs/d-links/files/${path}`), path).toBe(404)
    expect(await status('/runs/e-link/files/run.json')).toBe(404)
    expect((await send('/runs/d-links/zip')).body.includes('secret')).toBe(false)
    const { files: listed } = await json('/api/runs/d-links')
    expect(listed.map(({ path }: { path: string }) => path)).not.toContain('link.txt')
  })

  test('by a link in the place of a file that is read unasked', async () => {
    for (const name of [files.history, files.report, files.verdict, files.run]) {
      const id = `f-${name.replace('.', '-')}`
      const folder = keep(id, 'set')
      rmSync(join(folder, name), { force: true })
      symlinkSync(secret, join(folder, name))
      for (const path of [`/runs/${id}/report`, `/runs/${id}/zip`, `/api/runs/${id}`])
        expect(await status(path), `${path} ${name}`).toBe(404)
      rmSync(folder, { recursive: true })
    }
  })
})

describe('runs', () => {
  test('are searched, filtered and sorted', async () => {
    const ids = async (query: string) =>
      (await json(`/api/runs?${query}`)).runs.map(({ id }: { id: string }) => id)
    expect(await ids('outcome=violation')).toEqual(expect.arrayContaining(['a-set']))
    expect(await ids('system=etcd&outcome=valid')).toEqual(['b-register'])
    expect(await ids('search=ETCD%20unfin')).toEqual(['c-unfinished'])
    expect(await ids('search=nothing-like-it')).toEqual([])
    expect(await ids('seed=45100&workload=register&sort=outcome')).toEqual([
      'b-register',
      'c-unfinished',
    ])
    expect(await ids('workload=register&sort=-outcome&from=7')).toEqual([
      'c-unfinished',
      'b-register',
    ])
    expect(await ids('workload=register&since=2030-01-01')).toEqual([])
  })

  test('have details, a history of their configuration, and differences', async () => {
    const details = await json('/api/runs/a-set')
    expect(details).toMatchObject({
      row: { id: 'a-set', outcome: 'violation' },
      verdict: { valid: false },
      changes: 'refused',
      missing: [],
    })
    const { runs } = await json('/api/history/b-register')
    expect(runs.map(({ id }: { id: string }) => id)).toEqual(['b-register', 'c-unfinished'])
    const found = await json('/api/diff?a=a-set&b=b-register')
    expect(found.plan).toContainEqual({ field: 'workload', values: ['set', 'register'] })
    expect(found.totals[0].operations).toBeGreaterThan(1000)
    expect((await send('/api/runs/no-such-run')).status).toBe(404)
  })

  test('show their report, made when it is asked for and not kept', async () => {
    const { status, headers, body } = await send('/runs/a-set/report')
    expect(status).toBe(200)
    expect(headers['content-security-policy']).toMatch(/^sandbox allow-scripts;/)
    expect(String(body)).toContain('VIOLATION')
    const data = JSON.parse(/id="data">(.*)<\/script>/.exec(String(body))![1]!)
    expect(data.logs).toMatchObject([{ node: 'n1' }])
    expect(existsSync(join(store, 'a-set', files.report))).toBe(false)
    writeWhole(join(store, 'b-register'), files.report, 'as it was made')
    expect(String((await send('/runs/b-register/report')).body)).toBe('as it was made')
    expect(String((await send('/runs/c-unfinished/report')).body)).toContain('no verdict')
  })

  test('show their files as text, whatever is in them', async () => {
    const { headers, body } = await send('/runs/a-set/files/logs/n1.log')
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    })
    expect(String(body)).toBe('<b>ready</b>\n')
    expect((await send('/runs/a-set/files/run.json', { method: 'HEAD' })).body).toHaveLength(0)
  })

  test('are sent as a zip archive that other tools can open', async () => {
    const { headers, body } = await send('/runs/a-set/zip')
    expect(headers['content-disposition']).toBe('attachment; filename="a-set.zip"')
    const path = join(root, 'a-set.zip')
    writeFileSync(path, body)
    const out = mkdtempSync(join(root, 'unzipped-'))
    execFileSync('python3', ['-m', 'zipfile', '-e', path, out])
    const all = readdirSync(join(out, 'a-set'), { recursive: true, encoding: 'utf8' })
    for (const name of all.filter((name) => statSync(join(out, 'a-set', name)).isFile()))
      expect(readFileSync(join(out, 'a-set', name)), name).toEqual(
        readFileSync(join(store, 'a-set', name)),
      )
    expect(all).toEqual(expect.arrayContaining(['history.jsonl', 'run.json', 'verdict.json']))
  })
})

describe('changes', () => {
  const check = (to: Served, origin = `http://127.0.0.1:${to.port}`) =>
    send('/api/runs/g-again/check', { method: 'POST', headers: { origin } }, to)

  test('are refused, unless they were allowed: then a run is judged again', async () => {
    const folder = keep('g-again', 'register', 'no verdict')
    expect((await check(reader)).status).toBe(403)
    expect(existsSync(join(folder, files.verdict))).toBe(false)
    const writer = await start({ changes: 'allowed' })
    expect((await check(writer, 'http://evil.example')).status).toBe(403)
    const { status, body } = await check(writer)
    expect(status).toBe(200)
    const { verdict, row } = JSON.parse(String(body))
    expect(row.outcome).toBe(verdict.outcome)
    expect(JSON.parse(readFileSync(join(folder, files.verdict), 'utf8'))).toEqual(verdict)
    expect(existsSync(join(folder, files.report))).toBe(true)
  })

  test('keep the report of a run that has its verdict, and of no other', async () => {
    const free = await start({ changes: 'allowed' })
    for (const id of ['d-kept', 'e-unfinished']) {
      keep(id, 'register', id === 'd-kept' ? 'verdict' : 'no verdict')
      expect((await send(`/runs/${id}/report`, {}, free)).status).toBe(200)
    }
    expect(existsSync(join(store, 'd-kept', files.report))).toBe(true)
    expect(existsSync(join(store, 'e-unfinished', files.report))).toBe(false)
  })

  test('cannot be asked of anything but a run', async () => {
    const writer = await start({ changes: 'allowed' })
    const headers = { origin: `http://127.0.0.1:${writer.port}` }
    const post = async (path: string) =>
      (await send(path, { method: 'POST', headers }, writer)).status
    expect(await post('/api/runs/..%2f..%2fx/check')).not.toBe(200)
    expect(await post('/api/runs/no-such-run/check')).toBe(404)
    expect(await post('/api/runs/a-set/remove')).toBe(405)
  })
})

describe('a run that goes on', () => {
  test('is told as it grows, and that it ended', async () => {
    const id = 'h-live'
    const folder = createRunFolder(store, id)
    const { run, verdict, history } = samples.set
    writeRun(folder, { ...run, id })
    const log = new HistoryLog(join(folder, files.history))
    const events = [...history]
    const half = Math.floor(events.length / 2)
    for (const event of events.slice(0, half)) log.append(event)
    log.flush()
    // The next line is half written when it is read first.
    const [next, ...others] = events.slice(half)
    const line = `${JSON.stringify(next)}\n`
    appendFileSync(join(folder, files.history), line.slice(0, 20))
    const pictures: Record<string, unknown>[] = []
    const done = new Promise<void>((resolve) => {
      const token = new URL(reader.url).searchParams.get('token')
      const headers = { cookie: `schism-${reader.port}=${token}` }
      const path = `/api/runs/${id}/live`
      request({ host: '127.0.0.1', port: reader.port, path, headers }, (response) => {
        expect(response.headers['content-type']).toMatch(/^text\/event-stream/)
        let text = ''
        let isWhole = false
        response.on('data', (chunk: Buffer) => {
          text += String(chunk)
          const whole = text.split('\n\n')
          text = whole.pop()!
          for (const one of whole)
            if (one.startsWith('data: ')) pictures.push(JSON.parse(one.slice(6)))
          if (pictures.some(({ ended }) => ended !== undefined)) {
            response.destroy()
            resolve()
          } else if (pictures.length > 0 && !isWhole) {
            isWhole = true
            appendFileSync(join(folder, files.history), line.slice(20))
            for (const event of others) log.append(event)
            log.close()
            writeVerdict(folder, verdict)
          }
        })
      }).end()
    })
    await done
    const last = pictures.at(-1) as { kinds: { f: string; ok: number }[]; ended: object }
    const oks = (of: string, among = events) =>
      among.filter(({ f, type }) => f === of && type === 'ok').length
    const [first] = pictures as [{ kinds: { f: string; ok: number }[]; phase: string }]
    const added = (picture: typeof first | typeof last) =>
      picture.kinds.find(({ f }) => f === 'add')?.ok
    expect(added(first)).toBe(oks('add', events.slice(0, half)))
    expect(added(last)).toBe(oks('add'))
    expect(last.ended).toMatchObject({ id, outcome: 'violation' })
    expect(pictures.at(-1)).toMatchObject({ phase: 'end', damaged: 0 })
  })
})

test('a port that is in use is one clear line, and nothing is left', async () => {
  await expect(start({ port: reader.port })).rejects.toMatchObject({
    name: 'EnvironmentError',
    message: `port ${reader.port} at 127.0.0.1 is in use; --port names another one, 0 any that is free`,
  })
  await expect(start({ host: '203.0.113.7' })).rejects.toThrow(/is no address of this machine/)
})

test('ends at once, though somebody watches', async () => {
  const one = await start()
  const watching = send('/api/runs/c-unfinished/live', {}, one).catch((error: Error) => error)
  await send('/api/runs', {}, one)
  await one.close()
  expect(await watching).toBeInstanceOf(Error)
  await expect(send('/', {}, one)).rejects.toThrow(/ECONNREFUSED/)
})

test('a store may itself be behind a link', async () => {
  const link = join(root, 'link-to-runs')
  symlinkSync(store, link)
  const one = await start({ store: link, index: new RunIndex(link) })
  expect((await send('/runs/a-set/files/run.json', {}, one)).status).toBe(200)
  expect((await send('/runs/e-link/files/run.json', {}, one)).status).toBe(404)
})

test('an empty store is served', async () => {
  const empty = join(root, 'empty')
  mkdirSync(empty)
  const one = await start({ store: empty, index: new RunIndex(empty) })
  expect(await json('/api/runs', {}, one)).toMatchObject({ total: 0, runs: [] })
})
