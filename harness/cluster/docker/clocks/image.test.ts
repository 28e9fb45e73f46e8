import { describe, expect, test } from 'vitest'
import { encodeHeader, HEADER_BYTES, noShifts } from './header.ts'
import { vdsoPatch } from './image.ts'

const PAGE = 4096
const X64 = { machine: 62, names: ['__vdso_clock_gettime', '__vdso_gettimeofday', '__vdso_time'] }
const ARM64 = { machine: 183, names: ['__kernel_clock_gettime', '__kernel_gettimeofday'] }

/** An ELF image with functions at 0x800, 0x840 …, code that ends at `end`, and perhaps something behind it. */
const elf = (
  { machine, names }: typeof X64,
  { end = 0xa00, behind = 0 }: { end?: number; behind?: number } = {},
): Buffer => {
  const image = Buffer.alloc(PAGE)
  image.write('\x7fELF\x02\x01\x01', 'latin1')
  image.writeUInt16LE(machine, 18)
  const long = (at: number, value: number) => image.writeBigUInt64LE(BigInt(value), at)
  long(32, 64)
  image.writeUInt16LE(56, 54)
  image.writeUInt16LE(2, 56)
  const segment = (at: number, type: number, offset: number, size: number) => {
    image.writeUInt32LE(type, at)
    long(at + 8, offset)
    long(at + 16, offset)
    long(at + 32, size)
  }
  segment(64, 1, 0, end)
  segment(120, 2, 0x200, 64)
  const [symbols, strings] = [0x300, 0x600]
  ;[5, strings, 6, symbols, 4, 0x2c0, 0, 0].forEach((value, n) => {
    long(0x200 + 8 * n, value)
  })
  image.writeUInt32LE(names.length, 0x2c4)
  let name = strings
  names.forEach((text, n) => {
    image.writeUInt32LE(name - strings, symbols + 24 * n)
    long(symbols + 24 * n + 8, 0x800 + 0x40 * n)
    name += image.write(`${text}\0`, name, 'latin1')
    const code = machine === 62 ? '554889e541565390' : '1f5c0071fd7bbfa9'
    image.write(code, 0x800 + 0x40 * n, 'hex')
  })
  image.fill(0xee, end, end + behind)
  return image
}

const header = encodeHeader(1, noShifts, noShifts)
const apply = (image: Buffer, changes: ReturnType<ReturnType<typeof vdsoPatch>['install']>) => {
  const patched = Buffer.from(image)
  for (const { offset, text, old } of changes) {
    if (old !== undefined) expect(patched.subarray(offset, offset + old.length)).toEqual(old)
    text.copy(patched, offset)
  }
  return patched
}
const scanned = (image: Buffer, ranges: ReturnType<typeof vdsoPatch>['ranges']) =>
  Buffer.concat(ranges.map(({ from, length }) => image.subarray(from, from + length)))

describe('the patch of a vDSO', () => {
  for (const [name, kind] of Object.entries({ X64, ARM64 }))
    for (const behind of [0, 0x200, 0x400])
      test(`is seen, and undone without a trace: ${name}, ${behind} bytes behind the code`, () => {
        const image = elf(kind, { behind })
        const patch = vdsoPatch(image)
        expect(scanned(image, patch.ranges)).toEqual(patch.untouched)
        const patched = apply(image, patch.install(header))
        expect(scanned(patched, patch.ranges)).toEqual(patch.patched(header))
        expect(patch.headerIn(patch.patched(header))).toEqual(header)
        expect(patch.headerIn(patch.untouched)).toBeUndefined()
        expect(patched.subarray(0, 0x800)).toEqual(image.subarray(0, 0x800))
        const restored = apply(patched, patch.remove())
        expect(scanned(restored, patch.ranges)).toEqual(patch.untouched)
        expect(restored.subarray(0, 0xa00)).toEqual(image.subarray(0, 0xa00))
      })

  test('lies behind all that the kernel put there, where there is room', () => {
    const [first] = vdsoPatch(elf(X64, { behind: 0x200 })).ranges
    expect(first).toEqual({ from: 0xc00, length: HEADER_BYTES })
  })

  test('lies over the table of sections where there is none', () => {
    const [first] = vdsoPatch(elf(X64, { end: 0xa00, behind: 0x5f0 })).ranges
    expect(first).toEqual({ from: 0xa00, length: HEADER_BYTES })
  })

  test('changes what a process holds in one slot and its first byte', () => {
    const patch = vdsoPatch(elf(X64))
    const next = encodeHeader(2, { ...noShifts, wall: { ...noShifts.wall, offset: 7n } }, noShifts)
    const image = apply(apply(elf(X64), patch.install(header)), patch.update(next))
    expect(scanned(image, patch.ranges)).toEqual(patch.patched(next))
  })

  test('keeps threads out of the bytes that a jump covers, and lets them stand on its first', () => {
    expect(vdsoPatch(elf(X64)).windows).toEqual([
      { from: 0x801, length: 4 },
      { from: 0x841, length: 4 },
      { from: 0x881, length: 4 },
    ])
    expect(vdsoPatch(elf(ARM64)).windows).toEqual([])
  })

  test('is refused where there is no room, no clock, or another processor', () => {
    expect(() => vdsoPatch(elf(X64, { end: 0xe00 }))).toThrow(/512 free bytes where \d+ are needed/)
    expect(() => vdsoPatch(elf({ machine: 62, names: ['getcpu'] }))).toThrow(/no __vdso_clock_get/)
    expect(() => vdsoPatch(elf({ machine: 243, names: [] }))).toThrow(/x86-64 and arm64/)
  })
})
