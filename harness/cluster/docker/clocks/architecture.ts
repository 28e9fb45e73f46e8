/**
 * What differs between processors: which functions of the vDSO tell the time, how a jump is written over
 * their first bytes, and how the bytes under it go on working elsewhere, so that the real function can
 * still be called. Where they cannot be moved (an instruction not known here), the shim makes the system
 * call instead, which is as right and some 300 ns slower.
 */
import * as arm64Code from './arm64.ts'
import type { Shim } from './assembly.ts'
import { arm64, x64 } from './shims.ts'
import * as x64Code from './x64.ts'

export interface Architecture {
  readonly shim: Shim
  /** A function of the vDSO → the label of the shim that replaces it. */
  readonly entries: Readonly<Record<string, string>>
  /** The function that the shim calls as `real`. */
  readonly real: string
  /** The bytes to write at `from`, over `old`, so that whoever calls it goes to `to`. */
  jump(from: number, to: number, old: Buffer): Buffer
  /** Code for `at` that does what the code at `from` does, whose first bytes are `old`. */
  moved(from: number, at: number, old: Buffer): Buffer | undefined
  /** The same by a system call. */
  readonly systemCall: Buffer
}

/** How much of a function is read: more than any jump covers, and the instruction at its end. */
export const ENTRY_BYTES = 24

/** By the machine number of an ELF file. */
export const architectures: Readonly<Record<number, Architecture>> = {
  62: {
    ...x64Code,
    shim: x64,
    entries: {
      __vdso_clock_gettime: 'clock_gettime',
      __vdso_gettimeofday: 'gettimeofday',
      __vdso_time: 'time',
    },
    real: '__vdso_clock_gettime',
    // mov $228, %eax; syscall; ret
    systemCall: Buffer.from('b8e40000000f05c3', 'hex'),
  },
  183: {
    ...arm64Code,
    shim: arm64,
    entries: {
      __kernel_clock_gettime: 'clock_gettime',
      __kernel_gettimeofday: 'gettimeofday',
    },
    real: '__kernel_clock_gettime',
    // mov x8, #113; svc #0; ret
    systemCall: Buffer.from('280e80d2010000d4c0035fd6', 'hex'),
  },
}
