/**
 * A case: one run of the matrix, planned once before anything starts, so that what cannot be run is one line that
 * names the entry, and not half an hour later an error. That plan is thrown away: a run is planned again when its
 * turn has come.
 */
import type { Catalog } from '../catalog.ts'
import { messageOf, UsageError } from '../errors.ts'
import type { StoredFinding } from '../hunt/replay.ts'
import { canSimulate, type GivenSystem, type ResolvedSystem } from '../own/resolve.ts'
import { planRun, type TestRequest } from '../plan.ts'
import type { CiConfig, Entry } from './config.ts'

export interface Case {
  /** Unique in the matrix. */
  readonly name: string
  /** `runs.0`, or a finding's folder. */
  readonly place: string
  readonly given: GivenSystem
  readonly request: TestRequest
  readonly cluster: 'docker' | 'sim'
  /** The workload, where the entry leaves it to the system as well. */
  readonly workload: string
  /** What breaks it, in words. */
  readonly faults: string
  /** The command that plays it. */
  readonly command: string
  /** Where it is a past finding that is played again. */
  readonly finding?: StoredFinding
}

/** What cases are made from. */
export interface Surroundings {
  /** The configuration's file: begins every message. */
  readonly source: string
  readonly config: CiConfig
  readonly catalog: Catalog
  readonly hasEngine: boolean
  /** A path of the configuration, which begins in its folder, as it reads here. */
  readonly here: (path: string) => string
  /** Hears what is to be known before anything runs. */
  readonly remark: (line: string) => void
}

/** The case with what its plan tells. @throws UsageError for what cannot be run */
export const planned = (
  one: Omit<Case, 'workload' | 'faults' | 'command'>,
  { name, catalog, words }: ResolvedSystem,
): Case => {
  const simulated = one.cluster === 'sim' ? { cluster: 'sim' as const } : {}
  const request = { ...one.request, ...simulated, system: name, words }
  const { workload, command } = planRun(request, catalog)
  return { ...one, request, workload, command, faults: faultsOf(request) }
}

const faultsOf = ({ faults, template, planFile }: TestRequest): string =>
  planFile ?? template ?? (faults.join(',') || 'none')

/**
 * Where a case runs: as its entry says, else as the configuration does. `auto` is what is usual for it, but not
 * containers where no engine answers and there is a choice.
 */
export const clusterOf = (
  system: ResolvedSystem,
  own: Entry['cluster'],
  usual: Case['cluster'],
  { config, hasEngine }: Surroundings,
): Case['cluster'] => {
  const asked = own ?? (config.cluster === 'auto' ? undefined : config.cluster)
  const can = canSimulate(system, asked === 'sim' ? 'cluster sim' : undefined)
  if (asked !== undefined) return asked
  return can && (usual === 'sim' || !hasEngine) ? 'sim' : 'docker'
}

/** Does it, and puts the place before what is wrong. */
export const at = async <T>(place: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${place}: ${messageOf(error)}`)
    throw error
  }
}
