/**
 * Places a history of registers on the spectrum of consistency levels: the strongest that it keeps and
 * the weakest that it breaks, each of these with its own proof. What a stronger level kept or a weaker
 * one broken already says is not judged again: first the strongest level is asked, which a good history
 * keeps, then the weakest and cheapest.
 */
import type { Anomaly, Checker, CheckerPlugin, Limits, Stats, Verdict } from './checker.ts'
import type { History } from './history.ts'
import { helping } from './linearizable/helping.ts'
import type { Model } from './model.ts'
import casRegister from './models/cas-register.ts'
import { type Level, levels, strongerThan, weakerThan } from './spectrum/levels.ts'

/** The spectrum of the histories of a model of registers, or why there is none. */
const spectrum = (model: Model): Checker | string =>
  model.registers === undefined
    ? `only histories of registers can be placed, and the model ${model.name} is none`
    : placed(model)

const placed = (model: Model): Checker =>
  Object.assign(
    (history: History, limits: Limits) => new Placement(model, history, limits).verdict(),
    // Of all levels, linearizability alone asks for helpers.
    { help: helping(model) },
  )

class Placement {
  private readonly known = new Map<string, Verdict['valid']>()
  /** The verdicts of the levels that were judged. */
  private readonly verdicts = new Map<string, Verdict>()

  constructor(
    private readonly model: Model,
    private readonly history: History,
    private readonly limits: Limits,
  ) {}

  verdict(): Verdict {
    const [strongest, ...others] = levels
    this.judge(strongest!)
    for (const level of others.toReversed()) this.judge(level)
    const broken = this.weakestBroken()
    const stats = this.stats(broken)
    const [first, ...rest] = broken
      .flatMap((level) => this.proofs(level))
      .toSorted((a, b) => a.ops.length - b.ops.length)
    if (first !== undefined) return { valid: false, anomalies: [first, ...rest], stats }
    const reason = this.reasons()
    return reason === '' ? { valid: true, stats } : { valid: 'unknown', reason, stats }
  }

  private judge(level: Level): void {
    if (this.known.has(level.name)) return
    const checker = level.plugin.against(this.model)
    const verdict: Verdict =
      typeof checker === 'string'
        ? { valid: 'unknown', reason: checker }
        : checker(this.history, this.limits)
    this.verdicts.set(level.name, verdict)
    this.known.set(level.name, verdict.valid)
    if (verdict.valid === true)
      for (const weaker of weakerThan(level)) this.known.set(weaker.name, true)
    if (verdict.valid === false)
      for (const stronger of strongerThan(level)) this.known.set(stronger.name, false)
  }

  private is(name: string, valid: Verdict['valid']): boolean {
    return this.known.get(name) === valid
  }

  /** The levels kept that no stronger level kept implies. */
  private strongestKept(): readonly Level[] {
    return levels.filter(
      (level) =>
        this.is(level.name, true) && !strongerThan(level).some(({ name }) => this.is(name, true)),
    )
  }

  /** The levels broken that imply no weaker level broken. */
  private weakestBroken(): readonly Level[] {
    return levels.filter(
      (level) =>
        this.is(level.name, false) && !weakerThan(level).some(({ name }) => this.is(name, false)),
    )
  }

  /** The shortest proof that a level is broken. */
  private proofs({ name }: Level): readonly Anomaly[] {
    const verdict = this.verdicts.get(name)
    if (verdict?.valid !== false) return []
    const [shortest] = verdict.anomalies.toSorted((a, b) => a.ops.length - b.ops.length)
    return [{ ...shortest!, summary: `not ${name}: ${shortest!.summary}` }]
  }

  private stats(broken: readonly Level[]): Stats {
    const undecided = levels.filter(({ name }) => this.is(name, 'unknown'))
    const names = (of: readonly Level[]): string => of.map(({ name }) => name).join(', ')
    return {
      strongest: names(this.strongestKept()) || 'none',
      weakestBroken: names(broken) || 'none',
      ...(undecided.length === 0 ? {} : { undecided: names(undecided) }),
    }
  }

  private reasons(): string {
    return [...this.verdicts]
      .flatMap(([name, verdict]) =>
        verdict.valid === 'unknown' ? [`${name}: ${verdict.reason}`] : [],
      )
      .join('; ')
  }
}

export default {
  summary:
    'the strongest consistency levels that a history of registers keeps, and the weakest it breaks',
  check: placed(casRegister),
  against: spectrum,
} satisfies CheckerPlugin
