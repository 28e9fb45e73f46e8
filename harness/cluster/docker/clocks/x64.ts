/**
 * Moves the first instructions of an x86-64 function elsewhere. It knows those that compilers begin
 * functions with; jumps among them get another distance. Anything else, and whatever reads memory
 * relative to its own place, cannot be moved.
 */

const JUMP_BYTES = 5

/** `jmp` from one address (or offset) to another. */
export const jump = (from: number, to: number): Buffer => withDistance([0xe9], from, to)

/** The code at `from`, to be run at `at`, as far as a jump covers it; undefined when it cannot be moved. */
export const moved = (from: number, at: number, old: Buffer): Buffer | undefined => {
  const parts: Buffer[] = []
  let read = 0
  let written = 0
  while (read < JUMP_BYTES) {
    const length = plainLength(old.subarray(read))
    const branch = length === undefined ? branchOf(old.subarray(read)) : undefined
    if (length === undefined && branch === undefined) return undefined
    const part =
      branch === undefined
        ? old.subarray(read, read + length!)
        : withDistance([0x0f, branch.code], at + written, from + read + branch.to)
    parts.push(part)
    read += length ?? branch!.length
    written += part.length
  }
  return Buffer.concat([...parts, jump(at + written, from + read)])
}

/** An instruction that ends in a distance of 32 bits from its own end. */
const withDistance = (code: readonly number[], from: number, to: number): Buffer => {
  const bytes = Buffer.alloc(code.length + 4)
  bytes.set(code)
  bytes.writeInt32LE(to - (from + bytes.length), code.length)
  return bytes
}

/** A conditional jump: its code in the long form, and where it goes from its own start. */
const branchOf = (
  bytes: Buffer,
): { readonly code: number; readonly length: number; readonly to: number } | undefined => {
  const [first = 0, second = 0] = bytes
  if (first >> 4 === 7) return { code: 0x80 | (first & 15), length: 2, to: 2 + bytes.readInt8(1) }
  if (first !== 0x0f || second >> 4 !== 8) return undefined
  return { code: second, length: 6, to: 6 + bytes.readInt32LE(2) }
}

/** Opcodes followed by a ModRM byte (registers or memory) → the bytes of the number behind it. */
const withModRm = new Map<number, number>([
  ...[0x01, 0x03, 0x09, 0x0b, 0x21, 0x23, 0x29, 0x2b, 0x31, 0x33, 0x39, 0x3b].map(
    (code) => [code, 0] as const,
  ),
  // test, mov, lea, movslq
  ...[0x85, 0x89, 0x8b, 0x8d, 0x63].map((code) => [code, 0] as const),
  // add, sub, and, cmp … with a number; mov of a number; shifts
  [0x83, 1],
  [0x81, 4],
  [0xc7, 4],
  [0xc1, 1],
])

/** The length of an instruction that means the same everywhere, or undefined. */
const plainLength = (bytes: Buffer): number | undefined => {
  if (bytes.readUInt32BE(0) === 0xf30f1efa) return 4 // endbr64
  const prefix = bytes[0]! >> 4 === 4 ? 1 : 0 // REX
  const code = bytes[prefix]!
  if (code >> 4 === 5) return prefix + 1 // push, pop
  if (code === 0x90) return prefix + 1 // nop
  if (code >> 3 === 0xb8 >> 3 && prefix === 0) return 5 // mov of a number
  const behind = withModRm.get(code)
  if (behind === undefined) return undefined
  const operand = operandLength(bytes.subarray(prefix + 1))
  return operand === undefined ? undefined : prefix + 1 + operand + behind
}

/** The length of a ModRM byte with what belongs to it; undefined where it is relative to its own place. */
const operandLength = ([modRm = 0, sib = 0]: Buffer): number | undefined => {
  const mode = modRm >> 6
  const base = modRm & 7
  if (mode === 3) return 1
  if (mode === 0 && base === 5) return undefined
  const withSib = base === 4 ? 1 : 0
  if (mode === 0) return 1 + withSib + (withSib === 1 && (sib & 7) === 5 ? 4 : 0)
  return 1 + withSib + (mode === 1 ? 1 : 4)
}
