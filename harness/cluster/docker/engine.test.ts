import { describe, expect, it } from 'vitest'
import { EnvironmentError } from '../../errors.ts'
import { attempt, engineAddress, reasonOf } from './engine.ts'
import { isAlive, ownController } from './labels.ts'
import { joinFrames } from './logs.ts'

const coded = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

describe('reasonOf', () => {
  it('says how to get an engine where none answers', () => {
    const advice = `no Docker engine answers at ${engineAddress()}: run scripts/install-docker.sh`
    expect(reasonOf(coded('ENOENT'))).toBe(advice)
    expect(reasonOf(coded('ECONNREFUSED'))).toBe(advice)
  })
  it('says what to do where the socket is closed to us', () => {
    expect(reasonOf(coded('EACCES'))).toMatch(/^permission denied on .*usermod -aG docker/)
  })
  it("gives the engine's own words on one line", () => {
    const error = Object.assign(new Error('(HTTP 500)'), { json: { message: 'a\n b' } })
    expect(reasonOf(error)).toBe('a; b')
  })
})

describe('attempt', () => {
  const refused = (statusCode: number) => () =>
    Promise.reject(Object.assign(new Error('no'), { statusCode }))
  it('makes every failure an EnvironmentError that says what was tried', async () => {
    await expect(attempt('x', refused(500))).rejects.toThrow(new EnvironmentError('cannot x: no'))
  })
  it('names an engine out of reach without more ado', async () => {
    const failing = attempt('x', () => Promise.reject(coded('ENOENT')))
    await expect(failing).rejects.toThrow(/^no Docker engine answers at /)
  })
  it('bears the statuses that it is told to', async () => {
    expect(await attempt('x', refused(404), [404])).toBeUndefined()
    await expect(attempt('x', refused(409), [404])).rejects.toThrow(EnvironmentError)
  })
})

describe('a controller label', () => {
  it('is alive as long as its very process is', () => {
    expect(isAlive(ownController())).toBe(true)
    expect(isAlive(`${process.pid}:1`)).toBe(false)
    expect(isAlive('4194304:1')).toBe(false)
    expect(isAlive('')).toBe(false)
  })
})

describe('joinFrames', () => {
  const frame = (stream: number, text: string) => {
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
    header.writeUInt32BE(text.length, 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  it('joins both streams in the order they came', () => {
    const framed = Buffer.concat([frame(1, 'a\n'), frame(2, 'b\n'), frame(1, 'c\n')])
    expect(joinFrames(framed).toString()).toBe('a\nb\nc\n')
  })
  it('gives what a truncated frame has', () => {
    expect(joinFrames(frame(1, 'abc').subarray(0, 10)).toString()).toBe('ab')
    expect(joinFrames(Buffer.alloc(3)).toString()).toBe('')
  })
})
