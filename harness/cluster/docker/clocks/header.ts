/**
 * The data of a shim: what a process' clocks are to tell, in two slots of which one counts, as `asm/*.s`
 * reads them; and the same arithmetic here, for reading a process' clock from outside.
 */

/** How one kind of clock is shifted: ns, and rates in parts of 2^-32. All zeros: not at all. */
export interface Shift {
  /** What the clock truly says at the moment from which rate and strobe count. */
  readonly t0: bigint
  readonly offset: bigint
  readonly rate: bigint
  /** The amplitude is added for this long, and left away for as long, in turn; 0: never. */
  readonly half: bigint
  readonly amplitude: bigint
}

/** The wall clocks of a process, and its monotonic ones. */
export interface Shifts {
  readonly wall: Shift
  readonly monotonic: Shift
}

export const noShift: Shift = { t0: 0n, offset: 0n, rate: 0n, half: 0n, amplitude: 0n }
export const noShifts: Shifts = { wall: noShift, monotonic: noShift }

const RECORD_BYTES = 48
const SLOTS_AT = 16
/** The counter, the name and two slots of two records. */
export const HEADER_BYTES = SLOTS_AT + 4 * RECORD_BYTES

/** A header whose slot `counter & 1` counts; the other one holds what counted before. */
export const encodeHeader = (counter: number, now: Shifts, before: Shifts): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES)
  header[0] = counter & 0xff
  header.write('schism01', 8, 'latin1')
  const write = (slot: number, { wall, monotonic }: Shifts): void => {
    encodeShift(header, SLOTS_AT + 2 * slot * RECORD_BYTES, wall)
    encodeShift(header, SLOTS_AT + (2 * slot + 1) * RECORD_BYTES, monotonic)
  }
  write(counter & 1, now)
  write((counter & 1) ^ 1, before)
  return header
}

const encodeShift = (header: Buffer, at: number, shift: Shift): void => {
  const { t0, offset, rate, half, amplitude } = shift
  const isActive = offset !== 0n || rate !== 0n || half !== 0n
  const values = [t0, offset, rate, half, amplitude, isActive ? 1n : 0n]
  values.forEach((value, n) => {
    header.writeBigInt64LE(value, at + 8 * n)
  })
}

/** What counts in a header. */
export const decodeHeader = (header: Buffer): Shifts => {
  const slot = SLOTS_AT + (header[0]! & 1) * 2 * RECORD_BYTES
  return { wall: decodeShift(header, slot), monotonic: decodeShift(header, slot + RECORD_BYTES) }
}

const decodeShift = (header: Buffer, at: number): Shift => {
  const [t0, offset, rate, half, amplitude] = [0, 1, 2, 3, 4].map((n) =>
    header.readBigInt64LE(at + 8 * n),
  )
  return { t0: t0!, offset: offset!, rate: rate!, half: half!, amplitude: amplitude! }
}

/** What a shifted clock tells when the true one says `t`; ns. */
export const told = (t: bigint, { t0, offset, rate, half, amplitude }: Shift): bigint => {
  const age = t - t0
  const strobe = half !== 0n && (age / half) % 2n === 0n ? amplitude : 0n
  const time = t + offset + ((age * rate) >> 32n) + strobe
  return time < 0n ? 0n : time
}
