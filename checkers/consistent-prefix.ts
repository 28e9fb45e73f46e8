/**
 * Consistent prefix (Terry, "Replicated data consistency explained through baseball", 2013), with reads that
 * do not go back: there is one order of all writes of all keys, which holds the program order of each
 * session's writes; a read sees a prefix of it, that is, returns the last write of its key in the prefix;
 * and of two reads of a session the later one sees the same or a longer one. (If every read could choose
 * a prefix of its own, one that ends with what it returned would always do.) A session need not see its
 * own writes. A compare-and-set stands among the writes and compares with what stands before it there; one
 * that failed is a read.
 *
 * That is sequential consistency of the history in which the reads of each session are a process of their own,
 * and so it is judged, with the same limits: NP-complete in general, near-linear where the order of the
 * writes follows from the history, and `unknown` beyond the limits.
 */
import { act, actor } from './causality/acts.ts'
import { sessionsOf, THIN_AIR } from './causality/sessions.ts'
import { withWitnesses } from './causality/witnesses.ts'
import type { Anomaly, Checker, CheckerPlugin } from './checker.ts'
import { FAIL, type History, HistoryBuilder, NONE } from './history.ts'
import type { Model, RegisterSettings } from './model.ts'
import casRegister from './models/cas-register.ts'
import { type Registers, registers } from './registers/registers.ts'
import { sequential } from './sequential.ts'

/** Against a model of registers, or why not. */
const against = (model: Model): Checker | string =>
  model.registers === undefined
    ? `only histories of registers can be judged, and the model ${model.name} is none`
    : consistentPrefix(model, model.registers)

const consistentPrefix =
  (model: Model, settings: RegisterSettings): Checker =>
  (history, limits) => {
    const verdict = sequential(model)(readersApart(history), limits)
    if (verdict.valid !== false) return verdict
    const [first, ...rest] = verdict.anomalies
    const told = (anomaly: Anomaly): Anomaly => tell(history, settings, anomaly)
    return { ...verdict, anomalies: [told(first), ...rest.map(told)] }
  }

/** The history with two processes for each one: what changes registers, and what only reads them. */
const readersApart = (history: History): History => {
  const { columns, length, fs } = history
  const apart = new HistoryBuilder()
  const numbers = new Map<number, number>()
  for (let position = 0; position < length; position++) {
    const event = history.event(position)
    if (event.process === 'nemesis') continue
    const partner = columns.partner[position]!
    const outcome =
      partner === NONE ? NONE : Math.max(columns.type[position]!, columns.type[partner]!)
    const f = fs[columns.f[position]!]
    const reads = f === 'read' || (f === 'cas' && outcome === FAIL)
    // Numbered anew: twice the largest number of a process is beyond its column.
    const number = numbers.get(event.process) ?? numbers.size
    numbers.set(event.process, number)
    apart.add({ ...event, process: number * 2 + (reads ? 1 : 0) })
  }
  return apart.build()
}

/** The same proof in the words of the history as it was. */
const tell = (history: History, settings: RegisterSettings, anomaly: Anomaly): Anomaly => {
  const all = registers(history, settings)
  const { rows, invented } = proofRows(all, new Set(anomaly.ops))
  const ops = rows.map((row) => history.columns.index[all.start[row]!]!)
  const deeds = rows.map((row) => `${actor(all, row)} ${act(all, row)}`).join('; ')
  if (invented || anomaly.type === 'thin-air-read') {
    const summary = `${deeds}: a value that nothing can have left there before`
    return { type: 'thin-air-read', summary, ops }
  }
  const summary =
    'no one order of the writes has prefixes, growing for every process, that explain all reads: ' +
    deeds
  return { type: 'consistent-prefix', summary, ops }
}

/**
 * The operations of a proof, and for the indeterminate ones what shows that they happened; and whether one
 * observed what nothing wrote.
 */
const proofRows = (
  all: Registers,
  named: ReadonlySet<number>,
): { readonly rows: readonly number[]; readonly invented: boolean } => {
  const sessions = sessionsOf(all)
  const { index } = all.history.columns
  const isNamed = (row: number): boolean => named.has(index[all.start[row]!]!)
  const known = [...sessions.row.keys()].filter((op) => isNamed(sessions.row[op]!))
  const rows = new Set(withWitnesses(sessions, known).map((op) => sessions.row[op]!))
  for (let row = 0; row < all.size; row++) if (isNamed(row)) rows.add(row)
  return {
    rows: [...rows].sort((a, b) => a - b),
    invented: known.some((op) => sessions.source[op] === THIN_AIR),
  }
}

export default {
  summary: 'every session reads growing prefixes of one order of all writes',
  check: consistentPrefix(casRegister, casRegister.registers!),
  against,
} satisfies CheckerPlugin
