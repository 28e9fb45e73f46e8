import { describe, expect, test } from 'vitest'
import { jump, moved } from './arm64.ts'

const words = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, at) => {
    bytes.writeUInt32LE(value, 4 * at)
  })
  return bytes
}
const hex = (bytes: Buffer | undefined) =>
  bytes &&
  Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(4 * at).toString(16))

const CMP = 0x71005c1f // cmp w0, #23
const STP = 0xa9bf7bfd // stp x29, x30, [sp, #-16]!
const BTI_C = 0xd503245f
const PACIASP = 0xd503233f

describe('an arm64 function', () => {
  test('is left by a branch, in both directions', () => {
    expect(hex(jump(0x1000, 0x1800, words(CMP, STP)))).toEqual(['14000200'])
    expect(hex(jump(0x1800, 0x1000, words(CMP, STP)))).toEqual(['17fffe00'])
  })

  test('keeps its landing pad, behind which the branch stands', () => {
    expect(hex(jump(0x1000, 0x1800, words(BTI_C, CMP)))).toEqual(['d503245f', '140001ff'])
    expect(hex(jump(0x1000, 0x1800, words(PACIASP, STP)))).toEqual(['d503245f', '140001ff'])
  })

  test('does elsewhere what it did, then goes on behind', () => {
    expect(hex(moved(0x1000, 0x1800, words(CMP, STP)))).toEqual(['71005c1f', '17fffe00'])
    expect(hex(moved(0x1000, 0x1800, words(PACIASP, STP, CMP)))).toEqual([
      'd503233f',
      'a9bf7bfd',
      '17fffe00',
    ])
  })

  test('whose first instruction is relative to its own place cannot be moved', () => {
    const relative = {
      adr: 0x10000001,
      adrp: 0x90000001,
      b: 0x14000010,
      bl: 0x94000010,
      'b.hi': 0x54000088,
      cbz: 0xb4000041,
      cbnz: 0x35000041,
      tbz: 0x36000041,
      tbnz: 0xb7000041,
      ldr: 0x58000041,
    }
    for (const [name, word] of Object.entries(relative))
      expect([name, moved(0x1000, 0x1800, words(word, STP))]).toEqual([name, undefined])
    expect(moved(0x1000, 0x1800, words(BTI_C, relative.adrp))).toBeUndefined()
  })
})
