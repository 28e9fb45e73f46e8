import { describe, expect, test } from 'vitest'
import { jump, moved } from './x64.ts'

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', '').padEnd(64, '9'), 'hex')
const FROM = 0x1000
const AT = 0x1800

/** What the code does at its new place, less the jump back, and where that goes. */
const movedTo = (hex: string) => {
  const code = moved(FROM, AT, bytes(hex))
  if (code === undefined) return undefined
  const own = code.length - 5
  expect(code[own]).toBe(0xe9)
  const back = AT + code.length + code.readInt32LE(own + 1)
  return { code: code.subarray(0, own).toString('hex'), covers: back - FROM }
}

describe('an x86-64 function', () => {
  test('is left by a jump of five bytes', () => {
    expect(jump(FROM, AT).toString('hex')).toBe('e9fb070000')
    expect(jump(AT, FROM).toString('hex')).toBe('e9fbf7ffff')
  })

  test('that keeps a frame pointer can be moved', () => {
    // push %rbp; mov %rsp,%rbp; push %r14 (Linux 6.18)
    expect(movedTo('55 4889e5 4156 53')).toEqual({ code: '554889e54156', covers: 6 })
  })

  test('that begins with a landing pad can be moved', () => {
    expect(movedTo('f30f1efa 55 4889e5')).toEqual({ code: 'f30f1efa55', covers: 5 })
  })

  test('keeps the goals of its branches', () => {
    // cmp $0x17,%edi; ja +0x40: with the long distance, from its new place.
    const near = movedTo('83ff17 7740 90')
    const distance = FROM + 5 + 0x40 - (AT + 3 + 6)
    const far = Buffer.alloc(4)
    far.writeInt32LE(distance)
    expect(near).toEqual({ code: `83ff170f87${far.toString('hex')}`, covers: 5 })
    const long = Buffer.alloc(4)
    long.writeInt32LE(FROM + 9 + 0x100 - (AT + 9))
    expect(movedTo('83ff17 0f8700010000')).toEqual({
      code: `83ff170f87${long.toString('hex')}`,
      covers: 9,
    })
  })

  test('may use numbers and memory, with every way to address it', () => {
    for (const code of [
      'b801000000', // mov $1,%eax
      '4883ec18 90', // sub $0x18,%rsp; nop
      '4881ec00010000', // sub $0x100,%rsp
      '488b4424 08', // mov 0x8(%rsp),%rax
      '8b8480 00010000', // mov 0x100(%rax,%rax,4),%eax
      '8b0425 00010000', // mov 0x100,%eax
      '4863c7 31d2', // movslq %edi,%rax; xor %edx,%edx
      '488d4610 90', // lea 0x10(%rsi),%rax; nop
    ]) {
      const plain = code.replaceAll(' ', '')
      expect(movedTo(code)).toEqual({ code: plain, covers: plain.length / 2 })
    }
  })

  test('that reads memory relative to itself, or is unknown, cannot be moved', () => {
    for (const code of ['488d35 00010000', '8b05 00010000', 'e800010000', '0f01f9 90 90', 'c3'])
      expect(moved(FROM, AT, bytes(code))).toBeUndefined()
  })
})
