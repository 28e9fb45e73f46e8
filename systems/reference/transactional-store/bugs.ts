/** Mistakes that people made in stores of transactions, each of which one build of ours makes on purpose. */
import type { Control } from './options.ts'

export const bugs = {
  TX1: 'a participant that restarts has forgotten what it promised to be able to commit',
  TX2: 'a participant that has promised, and hears nothing, aborts by itself',
  TX3: 'a coordinator tells the participants to commit before its decision is logged',
  TX4: 'a participant takes a prepare that comes late or twice for that of a new transaction',
  TX5: 'a lock for reading is given up as soon as the value is read (two-phase locking)',
  TX6: 'who asks for the rows of a partition locks those that it finds, not those to come (two-phase locking)',
  TX7: 'validation heeds what was committed, and nobody who is committing at the same time (optimistic)',
  TX8: 'what was looked for and not found is not validated (optimistic)',
  TX9: 'the first committer does not win: nobody looks who else wrote since the snapshot (multiversion)',
  TX10: 'each shard takes its own snapshot when it is first asked (multiversion)',
  TX11: 'reads show versions that are not committed, and may never be (multiversion)',
  TX12: 'a client that hears nothing of its commit runs the transaction once more',
} as const
export type Bug = keyof typeof bugs

/** Whether a build makes a mistake. */
export type Has = (bug: Bug) => boolean

/** The mistakes that only one way of concurrency control can make. */
export const controlOfBug: Readonly<Partial<Record<Bug, Control>>> = {
  TX5: 'two-phase-locking',
  TX6: 'two-phase-locking',
  TX7: 'optimistic',
  TX8: 'optimistic',
  TX9: 'multiversion',
  TX10: 'multiversion',
  TX11: 'multiversion',
}
