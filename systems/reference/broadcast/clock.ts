/**
 * Vector clocks (Fidge 1988, Mattern 1989): how many messages of each sender are known. A sender that has lost its disk counts
 * anew under another name, so the clock counts by lives.
 */
import type { Json } from '../../../harness/api.ts'
import type { Item } from './item.ts'

export type Clock = Readonly<Record<string, number>>

export const at = (clock: Clock, life: string): number => clock[life] ?? 0

export const clockOf = ({ stamp }: Item): Clock => stamp as unknown as Clock

export const asJson = (clock: Clock): Json => clock as Json
