/** What whoever leads a group in one term has to do with. */
import type { Json, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import type { Locking } from './locking.ts'
import type { Outcome } from './messages.ts'
import type { Router } from './router.ts'
import type { Command, Tablet } from './tablet.ts'
import type { Timestamps } from './timestamps.ts'

export interface Seat {
  readonly world: World
  readonly group: string
  readonly term: number
  readonly tablet: Tablet
  readonly locking: Locking
  readonly stamps: Timestamps
  readonly router: Router
  has(bug: Bug): boolean
  /** Replicates a command; calls back when it is carried out, and never when the term ends before. */
  propose(command: Command, done: (outcome: Outcome) => void): void
  /** Calls back after so many ms, if the term has not ended. */
  after(ms: number, callback: () => void): void
  /** What readers may see may have changed. */
  changed(): void
}

/** Who is to be told something: asked again, it is the same one. */
export interface Asker {
  readonly key: string
  answer(answer: Json): void
}
