/** For tests: the definitions of broadcast (Hadzilacos and Toueg 1994) carried out literally, to compare the checker with. */
import type { Promised } from '../broadcast.ts'
import type { History, Operation } from '../history.ts'

const begin = ({ invoke }: Operation): number => invoke.index
const end = ({ completion }: Operation): number => completion!.index
const messageOf = ({ invoke }: Operation): number => invoke.value as number

/** The types of all violations of a history without keys and times, in which messages are numbers and all operations complete. */
export const broadcastViolations = (history: History, promise: Promised): ReadonlySet<string> => {
  const all = [...history.operations()]
  const sent = all.filter(({ invoke, outcome }) => invoke.f === 'broadcast' && outcome !== 'fail')
  const reads = all.filter(({ invoke, outcome }) => invoke.f === 'read' && outcome === 'ok')
  const shown = (read: Operation): readonly number[] => read.completion!.value as number[]
  const isSent = (message: number, read: Operation): boolean =>
    sent.some((one) => messageOf(one) === message && begin(one) < end(read))
  const log = (read: Operation): readonly number[] => [
    ...new Set(shown(read).filter((message) => isSent(message, read))),
  ]
  /** Whether a read shows the later message without the earlier one before it. */
  const breaks = (read: Operation, earlier: number, later: number): boolean => {
    const [first, second] = [log(read).indexOf(earlier), log(read).indexOf(later)]
    return second >= 0 && (first < 0 || first > second)
  }
  const after = (one: Operation): readonly number[] =>
    one.outcome === 'ok' ? (one.completion!.value as { after: readonly number[] }).after : []
  const found = new Set<string>()
  const find = (type: string, isFound: boolean): void => void (isFound && found.add(type))

  find(
    'duplicated',
    reads.some((read) =>
      shown(read).some(
        (message, place, list) => isSent(message, read) && list.indexOf(message) !== place,
      ),
    ),
  )
  find(
    'phantom',
    reads.some((read) => shown(read).some((message) => !isSent(message, read))),
  )
  const pairs = sent.flatMap((later) => sent.map((earlier) => [earlier, later] as const))
  const broken = (isBefore: (earlier: Operation, later: Operation) => boolean): boolean =>
    pairs
      .filter(([earlier, later]) => isBefore(earlier, later))
      .some(([earlier, later]) =>
        reads.some((read) => breaks(read, messageOf(earlier), messageOf(later))),
      )
  if (promise === 'fifo' || promise === 'causal')
    find(
      'fifo-order',
      broken(
        (earlier, later) =>
          earlier.invoke.node === later.invoke.node &&
          earlier.outcome === 'ok' &&
          end(earlier) < begin(later),
      ),
    )
  if (promise === 'causal')
    find(
      'causal-order',
      broken((earlier, later) => earlier !== later && after(later).includes(messageOf(earlier))),
    )
  const inOrder = (read: Operation, a: Operation, b: Operation): boolean =>
    log(read).includes(messageOf(a)) &&
    !breaks(read, messageOf(a), messageOf(b)) &&
    log(read).includes(messageOf(b))
  if (promise === 'total')
    find(
      'total-order',
      reads.some((one) =>
        reads.some((other) =>
          pairs.some(([a, b]) => a !== b && inOrder(one, a, b) && inOrder(other, b, a)),
        ),
      ),
    )
  if (promise !== 'best-effort') for (const type of agreement(all, sent, reads)) found.add(type)
  return found
}

/** What the last reads of each node show, after the last broadcast had begun and every ok one ended. */
const agreement = (
  all: readonly Operation[],
  sent: readonly Operation[],
  reads: readonly Operation[],
): readonly string[] => {
  const broadcasts = all.filter(({ invoke }) => invoke.f === 'broadcast')
  const rest = Math.max(
    -1,
    ...broadcasts.map((one) => (one.outcome === 'ok' ? end(one) : begin(one))),
  )
  const final = reads.filter((read) => begin(read) > rest)
  const nodes = [...new Set(final.map(({ invoke }) => invoke.node))]
  const lastOf = (node: string | undefined): readonly Operation[] => {
    const own = final.filter(({ invoke }) => invoke.node === node)
    return own.filter((read) => !own.some((other) => begin(other) > end(read)))
  }
  const shows = (read: Operation, message: number): boolean =>
    (read.completion!.value as number[]).includes(message)
  return sent.flatMap((one): string[] => {
    const message = messageOf(one)
    const has = (node: string | undefined): boolean =>
      lastOf(node).some((read) => shows(read, message))
    const lacking = nodes.filter((node) => !has(node))
    if (lacking.length === 0) return []
    if (lacking.length === nodes.length) return one.outcome === 'ok' ? ['lost'] : []
    const evidence = final.filter((read) => has(read.invoke.node) && shows(read, message))
    const isDue = lacking.some((node) =>
      evidence.some((read) => lastOf(node).some((last) => begin(last) > end(read))),
    )
    return isDue || one.outcome === 'ok' ? ['disagreement'] : []
  })
}
