/** What an operation on registers did, in words. */
import { NONE } from '../history.ts'
import { show } from '../model.ts'
import { keyName, type Registers } from '../registers/registers.ts'

/** "process 3". */
export const actor = ({ process }: Registers, row: number): string => `process ${process[row]}`

/** "read 7 of key x (12.410 s)". */
export const act = (registers: Registers, row: number): string =>
  `${verb(registers, row)}${place(registers, row)} (${registers.history.moment(registers.start[row]!)})`

/** " of key x", or nothing where there are no keys. */
export const place = (registers: Registers, row: number): string => {
  const name = keyName(registers, registers.key[row]!)
  return name === undefined ? '' : ` of key ${name}`
}

const verb = (registers: Registers, row: number): string => {
  const { observed, installed, versions, history, start, differs } = registers
  const value = (version: number): string => show(versions.value(version))
  const seen = observed[row]!
  const left = installed[row]!
  const unlike = differs.get(row)
  if (unlike !== undefined) return `failed to compare-and-set from ${value(unlike)}`
  if (seen === NONE) return `wrote ${value(left)}`
  if (left !== NONE) return `did compare-and-set ${value(seen)} to ${value(left)}`
  return history.fs[history.columns.f[start[row]!]!] === 'cas'
    ? `failed to compare-and-set and saw ${value(seen)}`
    : `read ${value(seen)}`
}
