/**
 * Which checkers judge an input: the workload's own for a run, and how available it was; otherwise a model at one or more levels of
 * consistency, or a checker that needs no model. Loads these and no other plug-in.
 */
import { availability } from '../../checkers/availability.ts'
import type { Checker } from '../../checkers/checker.ts'
import type { History } from '../../checkers/history.ts'
import type { Model } from '../../checkers/model.ts'
import { loadPlugIn, loadPlugIns, suggestion } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import { guess } from './guess.ts'
import { type Choice, type JudgeInput, runOf } from './input.ts'

/** Options that cannot be carried out, whatever the input. */
export class OptionError extends UsageError {}

/**
 * The input with the model that its operations tell, where nothing else does: then `checkersFor` and another
 * thread's find the same checkers without the history. @throws UsageError when they do not tell
 */
export const withModel = async (input: JudgeInput, history: History): Promise<JudgeInput> => {
  const { by } = input
  if (by?.model !== undefined || (by === undefined && (await runOf(input.path)) !== undefined))
    return input
  return { ...input, by: { ...guess(input.path, history), ...by } }
}

/** The checkers for an input (`withModel`), by name. @throws UsageError when nothing says which */
export const checkersFor = async (
  input: JudgeInput,
): Promise<Readonly<Record<string, Checker>>> => {
  const { by: choice } = input
  const found = choice === undefined ? await runOf(input.path) : undefined
  if (found !== undefined) {
    const { run } = found
    const { workloadPlan } = await import('../plan.ts')
    const workload = await loadPlugIn('workloads', run.workload)
    if (workload === undefined)
      throw new UsageError(`${input.path}: unknown workload ${run.workload}`)
    return { ...workloadPlan(run, workload).checkers, availability }
  }
  if (choice?.model === undefined) throw new UsageError(`${input.path}: expected a run or a model`)
  const name = choice.model
  const isolated = await atIsolation(name, choice)
  if (isolated !== undefined) return isolated
  const option = modelOption(choice)
  // What is a model and a checker as well (a set) is judged by the checker unless a model is needed.
  const checker = option === undefined ? await loadPlugIn('checkers', name) : undefined
  if (checker !== undefined) return { [name]: checker.check }
  const model = await loadPlugIn('models', name)
  if (model === undefined) throw await noModel(name, option)
  return levels(choice.consistency ?? ['linearizable'], configured(model, choice))
}

/**
 * The checkers of transactions at levels of isolation; `all` is the checker as it is, which tells where the history
 * stands among all levels. Undefined where the name is none of theirs, or nothing was chosen about it.
 */
const atIsolation = async (
  name: string,
  choice: Choice,
): Promise<Readonly<Record<string, Checker>> | undefined> => {
  const isolation = (await loadPlugIn('checkers', name))?.isolation
  const { consistency, versionOrder = [] } = choice
  if (isolation === undefined) {
    if (versionOrder.length === 0) return undefined
    throw new OptionError(`--version-order: ${name} infers no order of versions`)
  }
  const wrong = versionOrder.find((source) => !isolation.sources.includes(source))
  if (wrong !== undefined)
    throw new OptionError(
      isolation.sources.length === 0
        ? `--version-order: the reads of ${name} tell the order of versions themselves`
        : `unknown version order ${JSON.stringify(wrong)}${suggestion(wrong, isolation.sources)}`,
    )
  if (modelOption({ ...choice, consistency: undefined }) !== undefined) return undefined
  const levels = (consistency ?? [ALL]).map((level) => {
    const checker = isolation.at(level === ALL ? STRONGEST : level, versionOrder)
    if (checker === undefined)
      throw new OptionError(
        `unknown consistency ${JSON.stringify(level)}${suggestion(level, [...isolation.levels, ALL])}`,
      )
    return [consistency === undefined ? name : level === ALL ? SPECTRUM : level, checker] as const
  })
  return Object.fromEntries(levels)
}

/** The model to order a history by. @throws UsageError when there is none */
export const modelFor = async (input: JudgeInput, history: History): Promise<Model> => {
  const { by } = input
  const choice = by?.model === undefined ? { ...guess(input.path, history), ...by } : by
  const model = await loadPlugIn('models', choice.model!)
  if (model === undefined) throw await noModel(choice.model!, 'witness')
  return configured(model, choice)
}

/** Why nothing of this name can judge. */
const noModel = async (name: string, option: string | undefined): Promise<OptionError> => {
  const checkers = await loadPlugIns('checkers')
  if (checkers.has(name))
    return new OptionError(`--${option}: ${name} is a checker, not a model: it judges by itself`)
  const known = [...(await loadPlugIns('models')).keys(), ...checkers.keys()]
  return new OptionError(`unknown model ${JSON.stringify(name)}${suggestion(name, known)}`)
}

/** The first option that only a model can follow. */
const modelOption = ({
  consistency,
  failedCas,
  initial,
}: { readonly [option in keyof Choice]: Choice[option] | undefined }): string | undefined => {
  if (consistency !== undefined) return 'consistency'
  if (failedCas !== undefined) return 'failed-cas'
  return initial === undefined ? undefined : 'initial'
}

/** The model with the settings chosen. */
const configured = (model: Model, { failedCas, initial }: Choice): Model => {
  if (failedCas === undefined && initial === undefined) return model
  if (model.configure === undefined)
    throw new OptionError(
      `--${initial === undefined ? 'failed-cas' : 'initial'}: the model ${model.name} has nothing to choose`,
    )
  return model.configure({
    ...(failedCas === undefined ? {} : { failedCas }),
    ...(initial === undefined ? {} : { initial: initial.value }),
  })
}

/** A checker for each level; `all` stands for the whole spectrum. */
const levels = async (
  names: readonly string[],
  model: Model,
): Promise<Readonly<Record<string, Checker>>> => {
  if (names.includes(ALL)) return everyLevel(model)
  const checkers = await Promise.all(
    names.map(async (name) => {
      const level = await against(name, model)
      if (typeof level === 'function') return [name, level] as const
      throw new OptionError(level ?? (await unknownLevel(name)))
    }),
  )
  return Object.fromEntries(checkers)
}

/** What `--consistency` calls every level at once, and the checker that judges so. */
const ALL = 'all'
const SPECTRUM = 'spectrum'
/** The level of isolation that implies all others. */
const STRONGEST = 'strict-serializable'

const everyLevel = async (model: Model): Promise<Readonly<Record<string, Checker>>> => {
  const spectrum = await against(SPECTRUM, model)
  if (typeof spectrum === 'function') return { [SPECTRUM]: spectrum }
  const levels = [...(await loadPlugIns('checkers'))].flatMap(([name, plugIn]) => {
    const level = plugIn.against?.(model)
    return typeof level === 'function' ? [[name, level] as const] : []
  })
  return Object.fromEntries(levels)
}

/** The level's checker against the model, or why there is none; undefined when it is no level. */
const against = async (name: string, model: Model): Promise<Checker | string | undefined> => {
  const level = (await loadPlugIn('checkers', name))?.against?.(model)
  return typeof level === 'string' ? `--consistency ${name}: ${level}` : level
}

const unknownLevel = async (name: string): Promise<string> => {
  const checkers = await loadPlugIns('checkers')
  const known = [...checkers].filter(([, { against }]) => against !== undefined)
  const names = [...known.map(([name]) => name), ALL]
  if (checkers.has(name)) return `--consistency ${name}: it is a checker, no level of consistency`
  return `unknown consistency ${JSON.stringify(name)}${suggestion(name, names)}`
}
