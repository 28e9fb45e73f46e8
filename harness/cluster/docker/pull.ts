/**
 * Pulls images. A registry that cannot be reached must not cost minutes, and a slow one must not
 * fail: so the time-out is on silence, not on the whole pull.
 */
import { attempt, type Engine } from './engine.ts'

const silenceMs = 10_000

/**
 * Pulls an image by reference. @throws EnvironmentError when nothing comes for 10 s or it is
 * refused
 */
export const pullImage = async (
  engine: Engine,
  reference: string,
  signal: AbortSignal,
): Promise<void> => {
  const silence = new AbortController()
  const giveUp = () => silence.abort(new Error(`no registry answered within ${silenceMs / 1000} s`))
  let timer = setTimeout(giveUp, silenceMs)
  const alive = () => {
    clearTimeout(timer)
    timer = setTimeout(giveUp, silenceMs)
  }
  const abortSignal = AbortSignal.any([signal, silence.signal])
  // The promise of an aborted request may never settle: the abort itself must end the wait.
  const aborted = new Promise<never>((_, reject) => {
    abortSignal.addEventListener('abort', () => reject(abortSignal.reason))
  })
  const pulled = (async () => {
    await finished(engine, await engine.pull(reference, { abortSignal }), alive)
  })()
  pulled.catch(() => {})
  try {
    await attempt(`pull ${reference}`, () => Promise.race([pulled, aborted]))
  } finally {
    clearTimeout(timer)
  }
}

/** One event of a pull, an import or a build. */
export interface ProgressEvent {
  readonly stream?: string
  readonly status?: string
  readonly error?: string
}

/** Waits for the end of an engine's progress stream. @throws Error with the engine's words */
export const finished = (
  engine: Engine,
  stream: NodeJS.ReadableStream,
  onEvent: (event: ProgressEvent) => void = () => {},
): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.on('error', reject)
    engine.modem.followProgress(
      stream,
      (error: Error | null, events: readonly ProgressEvent[]) => {
        const failure = events?.find((event) => event.error !== undefined)?.error
        if (error !== null) reject(error)
        else if (failure !== undefined) reject(new Error(failure))
        else resolve()
      },
      onEvent,
    )
  })
