import { describe, expect, it } from 'vitest'
import { Frames, Reader, Writer } from './protocol.ts'

const message = new Writer()
  .int(-2)
  .long(-3n)
  .text('zé')
  .bytes(Buffer.from([7]))
  .int(2)
const frame = message.text('a').text('').frame()

describe("ZooKeeper's wire format", () => {
  it('is read as it was written', () => {
    const [read, ...more] = new Frames().take(frame)
    expect(more).toEqual([])
    const fields = new Reader(read!)
    expect([fields.int(), fields.long(), fields.text()]).toEqual([-2, -3n, 'zé'])
    expect(fields.bytes()).toEqual(Buffer.from([7]))
    expect(fields.texts()).toEqual(['a', ''])
  })

  it('comes in pieces of any size', () => {
    const stream = Buffer.concat([frame, frame, frame])
    for (const size of [1, 3, frame.length - 1, frame.length + 2, stream.length]) {
      const frames = new Frames()
      const messages: Buffer[] = []
      for (let at = 0; at < stream.length; at += size)
        messages.push(...frames.take(stream.subarray(at, at + size)))
      expect(messages).toEqual([1, 2, 3].map(() => frame.subarray(4)))
    }
  })

  it('has no text where its length is -1', () => {
    expect(new Reader(new Writer().int(-1).frame().subarray(4)).text()).toBe('')
  })

  it('refuses a message that is cut off', () => {
    expect(() => new Reader(Buffer.from([0, 0, 0, 5, 1])).bytes()).toThrow(RangeError)
    expect(() => new Reader(Buffer.alloc(3)).int()).toThrow(RangeError)
  })
})
