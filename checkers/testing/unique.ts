/**
 * For tests: random small histories of registers whose installed values never repeat. Compare-and-sets
 * build chains, some outcomes stay unknown, some answers are wrong.
 */
import fc from 'fast-check'
import { type EventInput, History } from '../history.ts'

interface Step {
  readonly thread: number
  readonly f: 'read' | 'write' | 'cas'
  readonly key: number
  /** Which value a compare-and-set expects: mostly the one that is there. */
  readonly expects: number
  readonly early: boolean
  readonly fate: number
  readonly pick: number
}

/** How often things happen, in percent: outcomes that stay unknown, and answers that are wrong. */
export interface Odds {
  readonly unknown: number
  readonly wrong: number
  /** Whether a compare-and-set that failed tells what it saw. */
  readonly tells: boolean
}

/** Histories of up to `most` operations of four threads on one or two keys. */
export const uniqueHistories = (most: number, odds: Odds): fc.Arbitrary<History> =>
  fc
    .array(
      fc.record({
        thread: fc.nat(3),
        f: fc.constantFrom('read', 'read', 'write', 'cas', 'cas'),
        key: fc.nat(5),
        expects: fc.nat(9),
        early: fc.boolean(),
        fate: fc.nat(99),
        pick: fc.nat(20),
      }),
      { minLength: 2, maxLength: most * 2 },
    )
    .map((steps) => History.from(new Play(most, odds).events(steps)))

interface Open {
  readonly f: Step['f']
  readonly key: string
  readonly value: unknown
  done?: { readonly type: 'ok' | 'fail'; readonly value: unknown }
}

class Play {
  private readonly values = new Map<string, number | null>()
  private readonly processes = [0, 1, 2, 3]
  private readonly open = new Map<number, Open>()
  private installed = 0
  private invoked = 0

  constructor(
    private readonly most: number,
    private readonly odds: Odds,
  ) {}

  events(steps: readonly Step[]): EventInput[] {
    return steps.flatMap((step) => {
      const pending = this.open.get(step.thread)
      if (pending !== undefined) return [this.complete(step, pending)]
      return this.invoked++ < this.most ? [this.invoke(step)] : []
    })
  }

  private invoke(step: Step): EventInput {
    const key = step.key === 0 ? 'y' : 'x'
    const now = this.values.get(key) ?? null
    const from = step.expects < 6 ? now : step.pick % (this.installed + 1)
    const value =
      step.f === 'read'
        ? null
        : step.f === 'write'
          ? ++this.installed
          : [from, step.expects === 5 ? from : ++this.installed]
    const call: Open = { f: step.f, key, value }
    if (step.early) this.perform(call)
    this.open.set(step.thread, call)
    return { process: this.processes[step.thread]!, type: 'invoke', f: step.f, key, value }
  }

  private complete(step: Step, call: Open): EventInput {
    const { f, key, value } = call
    const shared = { process: this.processes[step.thread]!, f, key }
    this.open.delete(step.thread)
    if (step.fate < this.odds.unknown) {
      if (step.fate % 2 === 0) this.perform(call)
      this.processes[step.thread]! += 4
      return { ...shared, type: 'info', value }
    }
    const { type, value: result } = this.perform(call)
    if (step.fate >= 100 - this.odds.wrong) {
      const other = step.pick % (this.installed + 1)
      if (f === 'read') return { ...shared, type, value: other === 0 ? null : other }
      if (f === 'cas') return { ...shared, type: type === 'ok' ? 'fail' : 'ok', value }
    }
    return { ...shared, type, value: result }
  }

  private perform(call: Open): NonNullable<Open['done']> {
    call.done ??= this.effect(call)
    return call.done
  }

  private effect({ f, key, value }: Open): NonNullable<Open['done']> {
    const now = this.values.get(key) ?? null
    if (f === 'read') return { type: 'ok', value: now }
    if (f === 'write') {
      this.values.set(key, value as number)
      return { type: 'ok', value }
    }
    const [from, to] = value as [number | null, number | null]
    if (now !== from) return { type: 'fail', value: this.odds.tells ? [from, to, now] : value }
    this.values.set(key, to)
    return { type: 'ok', value }
  }
}
