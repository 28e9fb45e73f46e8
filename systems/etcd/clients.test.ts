/** The client against servers that answer, hang up or hang, on loopback: what it then claims. */
import { createServer, type RequestListener } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientContext, DefiniteError, Refused } from '../../harness/api.ts'
import { failureOf, Loopback, onLoopback } from '../../harness/testing/loopback.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import { openRegister, openSet } from './clients.ts'
import { encode } from './gateway.ts'

const never = new AbortController().signal
const write: RegisterCall = { f: 'write', key: 1, value: 5 }

describe("etcd's client", () => {
  it('claims nothing about a request whose connection broke, and does not repeat it', async () => {
    const { context, requests } = await serve((_, response) => response.destroy())
    const client = await openRegister(context)
    const error = await failureOf(client, write)
    expect(error).not.toBeInstanceOf(DefiniteError)
    expect(requests).toHaveLength(1)
    await client.close()
  })

  it('claims nothing about a request that was aborted on its way', async () => {
    const { context, requests } = await serve(() => {})
    const client = await openRegister(context)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 100)
    expect(await failureOf(client, write, abort.signal)).not.toBeInstanceOf(DefiniteError)
    expect(requests).toHaveLength(1)
    await client.close()
  })

  it('knows that nothing was sent when nobody listens', async () => {
    const { context } = await serve(() => {})
    await loopback.stop()
    const client = await openRegister(context)
    expect(await failureOf(client, write)).toBeInstanceOf(DefiniteError)
    await client.close()
  })

  it('takes a refusal from before the proposal as definite', async () => {
    const { context } = await serve(answer({ error: 'etcdserver: too many requests' }, 429))
    const client = await openRegister(context)
    expect(await failureOf(client, write)).toBeInstanceOf(DefiniteError)
    await client.close()
  })

  it('tells what a failed compare-and-set saw: succeeded is absent when false', async () => {
    const kvs = [{ key: encode('register/1'), value: encode('7') }]
    const { context } = await serve(
      answer({ header: {}, responses: [{ response_range: { header: {}, kvs } }] }),
    )
    const client = await openRegister(context)
    const error = await failureOf(client, { f: 'cas', key: 1, value: [5, 6] })
    expect(error).toBeInstanceOf(Refused)
    expect((error as Refused).value).toEqual([5, 6, 7])
    await client.close()
  })

  it.each([
    ['linearizable', false],
    ['serializable', true],
  ])('asks for %s reads', async (reads, serializable) => {
    const { context, requests } = await serve(answer({ header: {} }))
    const client = await openSet({ ...context, options: { reads } })
    expect(await client.invoke({ f: 'read', value: null }, never)).toEqual([])
    expect(JSON.parse(requests[0]!)).toMatchObject({ serializable, keys_only: true })
    await client.close()
  })
})

const loopback = new Loopback()
afterEach(() => loopback.stop())

/** A server with one behaviour, and the bodies of the requests it got. */
const serve = async (
  listener: RequestListener,
): Promise<{ readonly context: ClientContext; readonly requests: readonly string[] }> => {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests.push(Buffer.concat(chunks).toString())
      listener(request, response)
    })
  })
  const port = await loopback.listen(server)
  return { context: onLoopback(port), requests }
}

const answer =
  (body: object, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(JSON.stringify(body))
