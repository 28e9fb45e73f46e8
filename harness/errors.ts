/**
 * The errors that have a meaning, and the one table of exit codes. Node exits with 1 on anything that
 * escapes, which would read as "violation found": the command's first lines (`bin/schism.mjs`) and
 * `main.ts` map every end to this table instead.
 */

/** Thrown by a client: the operation certainly did not happen and never will. Completes as `fail`. */
export class DefiniteError extends Error {
  override readonly name = 'DefiniteError'
}

/**
 * Thrown by a client when the system answered and refused, and told what it saw: `value` completes the
 * operation as `fail` and counts as an observation (a failed compare-and-set is also a read).
 */
export class Refused extends DefiniteError {
  constructor(readonly value: unknown) {
    super('refused')
  }
}

/** The machine, the engine or a fault did not do what a run needs. Exit code 253. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/**
 * Thrown by a client that is broken itself, whatever the tested system does: its operation may have happened
 * (`info`), and the run ends, because what follows would say nothing about the system.
 */
export class BrokenClient extends EnvironmentError {}

/** What the user gave cannot be used: one line that names the place, what was found and expected. 254. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const exitCodes = {
  valid: 0,
  violation: 1,
  unknown: 2,
  environment: 253,
  usage: 254,
  bug: 255,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Worse first: a violation is evidence and beats everything; a harness failure beats unknown. */
const severity: readonly ExitCode[] = [1, 255, 254, 253, 130, 2, 0]

/** The worst of several exit codes; 0 for none. */
export const worstExit = (codes: readonly ExitCode[]): ExitCode =>
  severity.find((code) => codes.includes(code)) ?? exitCodes.valid

/** The message of anything thrown, on one line. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, '; ')

/** The message of what goes wrong in something that may; none where nothing does. */
export const failuresOf = (work: () => void): readonly string[] => {
  try {
    work()
    return []
  } catch (error) {
    return [messageOf(error)]
  }
}
