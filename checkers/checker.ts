/**
 * What every checker is: a pure function from a history to a verdict. "Invalid without evidence" and
 * "unknown without a reason" cannot be written. Checkers read no clock: whoever calls them passes
 * the limits as a function, so the same history and the same limits give the same verdict.
 */
import type { Call, History } from './history.ts'
import type { Model } from './model.ts'

/** One proven departure from what was promised. */
export interface Anomaly {
  /** The literature's name for it, in kebab-case: `lost`, `stale-read`, `nonlinearizable`, `G1c`. */
  readonly type: string
  /** One sentence that a person can verify against the operations named. */
  readonly summary: string
  /** `index` fields of the invocations that prove it: the smallest set that still does. */
  readonly ops: readonly number[]
  /** The elements concerned, where there are many: the first thousand. */
  readonly elements?: readonly (string | number)[]
  /** Where the proof is an order that contradicts itself: its edges, the cycle first. */
  readonly edges?: readonly Edge[]
}

/** "`from` must come before `to`", as an edge of a proof; operations by the `index` of their invocations. */
export interface Edge {
  readonly from: number
  readonly to: number
  /** The field's name of the relation: `process`, `realtime`, `wr`, `ww`, `rw`. */
  readonly relation: string
  /** The reason in words. */
  readonly why: string
}

export type Stats = Readonly<Record<string, number | string>>

export type Verdict = { readonly stats?: Stats } & (
  | { readonly valid: true }
  | { readonly valid: false; readonly anomalies: readonly [Anomaly, ...Anomaly[]] }
  | { readonly valid: 'unknown'; readonly reason: string }
)

/** How much a checker may use. A checker polls it between steps and ends as `unknown` beyond it. */
export interface Limits {
  /**
   * The reason why the checker must stop now, or undefined while it may go on.
   * @param bytes what the checker's own tables hold at this moment
   */
  readonly exceeded: (bytes: number) => string | undefined
  /**
   * Other threads to share the work with, at most so many; undefined while none is free or so little was
   * done that to start them would not pay yet. What a checker says never depends on them.
   * @param steps done so far, of about a microsecond each
   */
  readonly helpers?: (steps: number, most: number) => Helpers | undefined
}

/** Threads that do tasks while the checker does something else. */
export interface Helpers {
  readonly size: number
  /** What takes fewer steps than this is done sooner than handed over. */
  readonly least: number
  /** Gives a task, as data, to a helper (0 … size-1) that has none: `Checker.help` does it there. */
  give(helper: number, task: unknown): void
  /**
   * An answer that has come, if any; with `wait` only after some milliseconds without one. `ended` is why
   * a helper that was beyond its limits will never answer.
   */
  take(wait: boolean): Answered | undefined
  /** Ends them all, whatever they are doing. */
  close(): void
}

export type Answered =
  | { readonly helper: number; readonly answer: unknown }
  | { readonly helper: number; readonly ended: string }

/** Limits that never end a check: for small histories and tests. */
export const unlimited: Limits = { exceeded: () => undefined }

/** Judges one history. Pure and deterministic; never throws on a well-formed history. */
export interface Checker<C extends Call = Call> {
  (history: History<C>, limits: Limits): Verdict
  /**
   * Present where the checker shares its work (`Limits.helpers`): what a helper's thread does with one task
   * after another, each answered as data.
   */
  readonly help?: (limits: Limits) => (task: unknown) => unknown
  /** Present where the checker holds histories against a model: that model. */
  readonly model?: Model
}

/** What a plug-in file in `checkers/` exports by default; its file name is the checker's name. */
export interface CheckerPlugin {
  /** One line for `schism list`. */
  readonly summary: string
  /** The checker with its default settings, as `schism check FILE --model NAME` runs it. */
  readonly check: Checker<Call>
  /**
   * Present where the checker is a consistency level (`--consistency`): the checker against a model, or
   * in one sentence why this level cannot be judged against it.
   */
  readonly against?: (model: Model) => Checker<Call> | string
  /** Present where the checker has levels of its own, those of isolation of transactions. */
  readonly isolation?: {
    /** All levels (`--consistency`). */
    readonly levels: readonly string[]
    /** From what it may infer the order of the versions of a key (`--version-order`). */
    readonly sources: readonly string[]
    /** The checker at a level, by one of its names, with some of the sources; undefined when it is none. */
    at(level: string, sources: readonly string[]): Checker<Call> | undefined
  }
}

/** Worst of several verdicts: a violation beats unknown, unknown beats valid. */
export const worst = (verdicts: readonly Verdict['valid'][]): Verdict['valid'] =>
  verdicts.includes(false) ? false : verdicts.includes('unknown') ? 'unknown' : true
