/** What was planned before a run, in words, and what the run was: its settings, versions and machine. */
import type { RunRecord } from '../run.ts'
import type { PlannedEpisode, Trigger } from '../schedule.ts'
import type { PageFact, PageTable } from './page-data.ts'
import { count, counted, line, shown } from './text.ts'

/** The fault schedule as it was planned. */
export interface PlanView {
  readonly template: string | undefined
  readonly episodes: PageTable
  /** Quiet windows and planned calls, in words. */
  readonly more: readonly string[]
}

const EPISODES_MAX = 500

export const planView = (run: RunRecord | undefined): PlanView | undefined => {
  if (run === undefined) return undefined
  const { episodes, quiet = [], calls = [] } = run.schedule
  const left = episodes.length - EPISODES_MAX
  return {
    template: run.template === undefined ? undefined : line(run.template, 200),
    episodes: {
      heads: ['#', 'name', 'begins', 'lasts', 'fault', 'plan'],
      rows: episodes
        .slice(0, EPISODES_MAX)
        .map((episode, at) => [
          String(at + 1),
          line(episode.name ?? '', 60),
          episode.at === undefined ? afterTrigger(episode) : `${episode.at} s`,
          episode.until === undefined
            ? `${episode.for} s`
            : `${episode.for} s, or until ${triggerText(episode.until)}`,
          line(episode.fault, 60),
          shown(episode.plan, 200),
        ]),
    },
    more: [
      ...(left > 0 ? [`and ${counted(left, 'more episode')}`] : []),
      ...quiet.map((one) => `no fault from ${one.at} s on for ${one.for} s`),
      ...(calls.length === 0 ? [] : [`clients make ${counted(calls.length, 'planned call')}`]),
    ],
  }
}

const afterTrigger = ({ when }: PlannedEpisode): string =>
  when === undefined ? '' : `when ${triggerText(when)}`

const triggerText = (trigger: Trigger): string => {
  const { plus, within } = trigger
  return [
    what(trigger),
    ...(plus === undefined ? [] : [`and ${plus} s more`]),
    ...(within === undefined ? [] : [`within ${within} s`]),
  ].join(', ')
}

const what = (trigger: Trigger): string => {
  if (!('on' in trigger)) return `${count(trigger.after.ok)} operations are ok`
  const nth = 'nth' in trigger && trigger.nth !== undefined ? `, for time ${trigger.nth}` : ''
  switch (trigger.on) {
    case 'leader-change':
      return `another node leads${nth}`
    case 'log':
      return `${line(trigger.node ?? trigger.role ?? 'a node', 60)} prints /${line(trigger.pattern, 120)}/${nth}`
    case 'installed':
    case 'healed':
      return `${line(String(trigger.episode), 60)} is ${trigger.on}`
  }
}

/** The run's settings. */
export const settings = (run: RunRecord | undefined): readonly PageFact[] => {
  if (run === undefined) return []
  const options = { ...run.systemOptions, ...run.workloadOptions }
  return printable([
    { name: 'system', text: `${run.system} ${run.systemVersion}` },
    { name: 'workload', text: run.workload },
    { name: 'options', text: pairs(options) || 'none' },
    { name: 'nodes', text: run.members.map(({ name, role }) => `${name} (${role})`).join(', ') },
    { name: 'faults asked for', text: run.faults.join(', ') || 'none' },
    { name: 'seed', text: String(run.seed) },
    {
      name: 'clients',
      text: `${counted(run.concurrency, 'thread')}, ${count(run.rate)} operations a second`,
    },
    { name: 'time limit', text: `${run.timeLimitS} s, ${run.operationTimeoutMs} ms an operation` },
    { name: 'started', text: run.startedAt },
  ])
}

/** Versions and machine. */
export const environment = (run: RunRecord | undefined): readonly PageFact[] =>
  printable(Object.entries(run?.environment ?? {}).map(([name, text]) => ({ name, text })))

const printable = (facts: readonly PageFact[]): readonly PageFact[] =>
  facts.map(({ name, text }) => ({ name: line(name, 120), text: line(text, 500) }))

const pairs = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
