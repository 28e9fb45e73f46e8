/**
 * Moves the first instructions of an arm64 function elsewhere: those that are not relative to their own
 * place. A function may begin with a landing pad, where kernels check that calls land on one; the jump then
 * stands behind it.
 */

const BTI_C = 0xd503245f
/** Landing pads: bti c, bti jc, paciasp, pacibsp. */
const landingPads: readonly number[] = [BTI_C, 0xd50324df, 0xd503233f, 0xd503237f]

/** A branch to another address (or offset), behind a landing pad where there was one. */
export const jump = (from: number, to: number, old: Buffer): Buffer =>
  landingPads.includes(old.readUInt32LE(0))
    ? words(BTI_C, branch(from + 4, to))
    : words(branch(from, to))

/** The code at `from`, to be run at `at`, as far as a jump covers it; undefined when it cannot be moved. */
export const moved = (from: number, at: number, old: Buffer): Buffer | undefined => {
  const covered = jump(from, at, old).length
  for (let offset = 0; offset < covered; offset += 4)
    if (isRelative(old.readUInt32LE(offset))) return undefined
  return Buffer.concat([old.subarray(0, covered), words(branch(at + covered, from + covered))])
}

const branch = (from: number, to: number): number =>
  (0x14000000 | (((to - from) >> 2) & 0x3ffffff)) >>> 0

/** Which bits of an instruction make it relative to its own place: mask and value. */
const relative: readonly (readonly [number, number])[] = [
  [0x1f000000, 0x10000000], // adr, adrp
  [0x7c000000, 0x14000000], // b, bl
  [0xff000000, 0x54000000], // b.cond
  [0x7e000000, 0x34000000], // cbz, cbnz
  [0x7e000000, 0x36000000], // tbz, tbnz
  [0x3b000000, 0x18000000], // ldr of a literal
]

const isRelative = (word: number): boolean =>
  relative.some(([mask, value]) => (word & mask) >>> 0 === value)

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, at) => {
    bytes.writeUInt32LE(value, 4 * at)
  })
  return bytes
}
