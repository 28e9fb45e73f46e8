/**
 * The vDSO of this machine's kernel, and what is to be written into a process' copy of it. All processes of
 * one kernel have the same image, at different addresses; so what is found in one holds for all.
 */
import { EnvironmentError } from '../../../errors.ts'
import type { Change, Range } from '../memory.ts'
import { type Architecture, architectures, ENTRY_BYTES } from './architecture.ts'
import { HEADER_BYTES } from './header.ts'

export interface VdsoPatch {
  /** What shows whether a process is patched, and how: read in this order. */
  readonly ranges: readonly Range[]
  /** Those bytes in a process that nobody has touched. */
  readonly untouched: Buffer
  /** Those bytes in a patched one. */
  patched(header: Buffer): Buffer
  /** The header in such bytes of a patched process; undefined when its functions do not lead to the shim. */
  headerIn(bytes: Buffer): Buffer | undefined
  /** Where no thread may stand while they are written: inside the first bytes of a function. */
  readonly windows: readonly Range[]
  /** Everything, to be written with all threads stopped. */
  install(header: Buffer): readonly Change[]
  /** Puts the functions back. The shim stays, for threads that are inside it, and shifts nothing more. */
  remove(): readonly Change[]
  /** Another header, while the process runs: `slot` is filled before the header's first byte counts up. */
  update(header: Buffer): readonly Change[]
}

interface Entry {
  readonly offset: number
  readonly old: Buffer
  readonly jump: Buffer
}

/** @throws EnvironmentError when this kernel's vDSO cannot be patched, and why */
export const vdsoPatch = (image: Buffer): VdsoPatch => {
  const { architecture, symbols, end } = parse(image)
  const { shim } = architecture
  const code = Buffer.from(shim.code, 'hex')
  const at = placeFor(code, image, end)
  const entries = Object.entries(architecture.entries).flatMap(([name, label]): Entry[] => {
    const offset = symbols.get(name)
    if (offset === undefined) return []
    const first = image.subarray(offset, offset + ENTRY_BYTES)
    const jump = architecture.jump(offset, at + shim.labels[label]!, first)
    return [{ offset, old: Buffer.from(first.subarray(0, jump.length)), jump }]
  })
  withReal(code, architecture, { symbols, at, image })
  const ranges = [
    { from: at, length: HEADER_BYTES },
    ...entries.map(({ offset, jump }) => ({ from: offset, length: jump.length })),
  ]
  const jumps = entries.map(({ jump }) => jump)
  const untouchedHeader = Buffer.from(image.subarray(at, at + HEADER_BYTES))
  const slotsAt = shim.labels.slots!
  const slotBytes = (HEADER_BYTES - slotsAt) / 2
  return {
    ranges,
    untouched: Buffer.concat([untouchedHeader, ...entries.map(({ old }) => old)]),
    patched: (header) => Buffer.concat([header, ...jumps]),
    headerIn: (bytes) =>
      bytes.subarray(HEADER_BYTES).equals(Buffer.concat(jumps))
        ? bytes.subarray(0, HEADER_BYTES)
        : undefined,
    windows: entries
      .filter(({ jump }) => jump.length > 4)
      .map(({ offset, jump }) => ({ from: offset + 1, length: jump.length - 1 })),
    install: (header) => [
      { offset: at, text: Buffer.concat([header, code.subarray(HEADER_BYTES)]) },
      ...entries.map(({ offset, old, jump }) => ({ offset, old, text: jump })),
    ],
    remove: () => [
      ...entries.map(({ offset, old, jump }) => ({ offset, old: jump, text: old })),
      { offset: at, text: untouchedHeader },
    ],
    update: (header) => {
      const from = slotsAt + (header[0]! & 1) * slotBytes
      return [
        { offset: at + from, text: header.subarray(from, from + slotBytes) },
        { offset: at, text: header.subarray(0, 1) },
      ]
    },
  }
}

/**
 * Behind all that the kernel put there; or, where that leaves no room, behind what is ever executed or
 * read: over the table of sections, which only debuggers look at.
 */
const placeFor = (code: Buffer, image: Buffer, end: number): number => {
  const used = image.findLastIndex((byte) => byte !== 0) + 1
  const at = [Math.max(used, end), end]
    .map((from) => (from + 63) & ~63)
    .find((from) => from + code.length <= image.length)
  if (at !== undefined) return at
  throw new EnvironmentError(
    `this kernel's vDSO has ${image.length - end} free bytes where ${code.length + 63} are needed`,
  )
}

/** Lets the shim's `real` do what the function did before it was patched. */
const withReal = (
  code: Buffer,
  { real, shim, moved, systemCall }: Architecture,
  where: { symbols: ReadonlyMap<string, number>; at: number; image: Buffer },
): void => {
  const { symbols, at, image } = where
  const from = symbols.get(real)
  if (from === undefined) throw new EnvironmentError(`this kernel's vDSO has no ${real}`)
  const { real: label = 0, end = 0 } = shim.labels
  const text = moved(from, at + label, image.subarray(from, from + ENTRY_BYTES))
  const fits = text !== undefined && text.length <= end - label
  code.set(fits ? text : systemCall, label)
}

interface Parsed {
  readonly architecture: Architecture
  readonly symbols: ReadonlyMap<string, number>
  /** Where the loaded code ends; behind it the last page is empty. */
  readonly end: number
}

const LOAD = 1
const DYNAMIC = 2
const HASH = 4
const STRING_TABLE = 5
const SYMBOL_TABLE = 6
const SYMBOL_BYTES = 24

/** What is needed of an ELF image of 64 bits: its machine, the end of its code, and its functions. */
const parse = (image: Buffer): Parsed => {
  const architecture = architectures[image.readUInt16LE(18)]
  if (image.readUInt32BE(0) !== 0x7f454c46 || image[4] !== 2 || architecture === undefined)
    throw new EnvironmentError(
      "this processor's vDSO is not known here: x86-64 and arm64 are, with 64 bits",
    )
  const word = (offset: number): number => Number(image.readBigUInt64LE(offset))
  const headers = Array.from({ length: image.readUInt16LE(56) }, (_, n) => {
    const at = word(32) + n * image.readUInt16LE(54)
    return {
      type: image.readUInt32LE(at),
      offset: word(at + 8),
      address: word(at + 16),
      size: word(at + 32),
    }
  })
  const load = headers.find(({ type }) => type === LOAD)
  const dynamic = headers.find(({ type }) => type === DYNAMIC)
  if (load === undefined || dynamic === undefined)
    throw new EnvironmentError("this kernel's vDSO has no symbols")
  const bias = load.address - load.offset
  const tables = new Map<number, number>()
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16)
    tables.set(word(at), word(at + 8) - bias)
  const strings = tables.get(STRING_TABLE) ?? 0
  const table = tables.get(SYMBOL_TABLE) ?? 0
  const hash = tables.get(HASH)
  // Where there is no hash table to count them, the strings begin where the symbols end.
  const count = hash === undefined ? (strings - table) / SYMBOL_BYTES : image.readUInt32LE(hash + 4)
  const symbols = new Map<string, number>()
  for (let n = 0; n < count; n++) {
    const at = table + n * SYMBOL_BYTES
    const name = strings + image.readUInt32LE(at)
    symbols.set(image.toString('latin1', name, image.indexOf(0, name)), word(at + 8) - bias)
  }
  return { architecture, symbols, end: load.offset + load.size }
}
