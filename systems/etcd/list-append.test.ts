/** Transactions on lists against a gateway of the test's own: what is read, compared and written, and then claimed. */
import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientContext, DefiniteError } from '../../harness/api.ts'
import { failureOf, Loopback, onLoopback } from '../../harness/testing/loopback.ts'
import type { ListAppendCall } from '../../workloads/list-append.ts'
import { encode } from './gateway.ts'
import { openListAppend } from './list-append.ts'

const never = new AbortController().signal
const append: ListAppendCall = {
  f: 'txn',
  value: [
    ['r', 1, null],
    ['append', 1, 5],
    ['r', 1, null],
    ['r', 2, null],
  ],
}

/** List 1 is [3 4] since revision 7, list 2 does not exist. */
const kvs = [{ key: encode('list/1'), value: encode('3,4'), mod_revision: '7' }]
const lists = { responses: [{ response_range: { kvs } }, { response_range: {} }] }

describe("etcd's client for lists", () => {
  it('reads all lists at once and writes if none has changed since', async () => {
    const { context, requests } = await serve([lists, { succeeded: true }])
    const client = await openListAppend(context)
    expect(await client.invoke(append, never)).toEqual([
      ['r', 1, [3, 4]],
      ['append', 1, 5],
      ['r', 1, [3, 4, 5]],
      ['r', 2, []],
    ])
    expect(requests[1]).toMatchObject({
      compare: [
        { key: encode('list/1'), target: 'MOD', mod_revision: '7' },
        { key: encode('list/2'), target: 'MOD', mod_revision: '0' },
      ],
      success: [{ requestPut: { key: encode('list/1'), value: encode('3,4,5') } }],
    })
    await client.close()
  })

  it('writes nothing where a transaction only reads', async () => {
    const { context, requests } = await serve([lists])
    const client = await openListAppend(context)
    const value = await client.invoke(
      {
        f: 'txn',
        value: [
          ['r', 1, null],
          ['r', 2, null],
        ],
      },
      never,
    )
    expect(value).toEqual([
      ['r', 1, [3, 4]],
      ['r', 2, []],
    ])
    expect(requests).toHaveLength(1)
    await client.close()
  })

  it('has certainly not happened when a list has changed, or when nothing was read', async () => {
    const changed = await serve([lists, {}])
    const client = await openListAppend(changed.context)
    expect(await failureOf(client, append)).toBeInstanceOf(DefiniteError)
    await client.close()
    await loopback.stop()
    const lost = await serve([])
    const other = await openListAppend(lost.context)
    expect(await failureOf(other, append)).toBeInstanceOf(DefiniteError)
    await other.close()
  })

  it('may have happened when the answer to its write is lost', async () => {
    const { context } = await serve([lists])
    const client = await openListAppend(context)
    expect(await failureOf(client, append)).not.toBeInstanceOf(DefiniteError)
    await client.close()
  })
})

const loopback = new Loopback()
afterEach(() => loopback.stop())

/** A gateway that gives these answers in turn and then hangs up, and the requests it got. */
const serve = async (
  answers: readonly object[],
): Promise<{ readonly context: ClientContext; readonly requests: readonly unknown[] }> => {
  const requests: unknown[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const answer = answers[requests.push(JSON.parse(Buffer.concat(chunks).toString())) - 1]
      if (answer === undefined) response.destroy()
      else response.end(JSON.stringify({ header: {}, ...answer }))
    })
  })
  return { context: onLoopback(await loopback.listen(server)), requests }
}
