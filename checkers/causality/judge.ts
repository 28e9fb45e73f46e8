/**
 * A consistency level over sessions of register operations as a checker: reads the history in columns,
 * searches, shrinks what was found until every operation is needed, and tells it.
 */
import type { Anomaly, Checker, CheckerPlugin, Limits, Verdict } from '../checker.ts'
import { verdictOf } from '../guarded.ts'
import type { History } from '../history.ts'
import { concluded, Meter } from '../limits.ts'
import type { Model, RegisterSettings } from '../model.ts'
import casRegister from '../models/cas-register.ts'
import { registers } from '../registers/registers.ts'
import type { Found } from './finding.ts'
import { type Sessions, sessionsOf } from './sessions.ts'
import { shrink } from './shrink.ts'
import { tell } from './words.ts'

/**
 * Searches sessions for violations of a level. Without a finding the level is kept, by these sessions
 * as they are. @throws OutOfLimits
 */
export type Search = (sessions: Sessions, meter: Meter) => Found

/** The two ways in which a plug-in offers a level. */
export const level = (search: Search): Required<Pick<CheckerPlugin, 'check' | 'against'>> => {
  const judged =
    (name: string, settings: RegisterSettings): Checker =>
    (history, limits) =>
      concluded(`the model ${name}`, () => judge(history, limits, settings, search))
  const against = ({ name, registers: settings }: Model): Checker | string =>
    settings === undefined
      ? `only histories of registers can be judged, and the model ${name} is none`
      : judged(name, settings)
  return { check: judged(casRegister.name, casRegister.registers!), against }
}

const judge = (
  history: History,
  limits: Limits,
  settings: RegisterSettings,
  search: Search,
): Verdict => {
  const columns = registers(history, settings)
  const sessions = sessionsOf(columns)
  const meter = new Meter(limits, columns.size * 24 + columns.versions.bytes + sessions.size * 17)
  const { findings, total } = search(sessions, meter)
  const stats = { operations: sessions.size, sessions: sessions.count, violations: total }
  const anomalies = findings.map((finding) => tell(...shrink(sessions, finding, search, meter)))
  return verdictOf(distinct(anomalies), [sessions.hidden], stats)
}

/** Different findings may shrink to the same proof. */
const distinct = (anomalies: readonly Anomaly[]): Anomaly[] => {
  const byOps = new Map(anomalies.map((anomaly) => [anomaly.ops.join(), anomaly]))
  return [...byOps.values()]
}
