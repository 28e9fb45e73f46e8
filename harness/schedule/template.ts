/**
 * Schedules by name: `--template NAME[:key=value,…]`. A template is data and a pure function; what it makes
 * is checked like a schedule from a file.
 */
import type { Schedule } from '../../results/schedule.ts'
import type { Parameter, Template, Topology } from '../api.ts'
import { find, suggestion } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import type { Random } from '../random.ts'
import { checkSchedule, type ScheduleContext } from './check.ts'

export interface TemplateRequest extends ScheduleContext {
  /** `NAME` or `NAME:key=value,…`. */
  readonly asked: string
  readonly templates: ReadonlyMap<string, Template>
  readonly random: Random
}

/** The schedule of a template. @throws UsageError for an unknown template or parameter, or one out of range */
export const templateSchedule = (request: TemplateRequest): Schedule => {
  const { asked, templates, topology, random } = request
  const [name = '', ...rest] = asked.split(':')
  const template = find('template', templates, name)
  const values = valuesOf(name, template, rest.join(':'))
  refuseTopology(name, template, topology)
  const source = `--template ${asked}`
  return checkSchedule(source, template.schedule(values, { topology, random }), request)
}

const valuesOf = (
  name: string,
  { parameters }: Template,
  text: string,
): Readonly<Record<string, number>> => {
  const given = new Map<string, number>()
  for (const pair of text.split(',').filter((part) => part !== '')) {
    const [key = '', value] = pair.split('=')
    const parameter = parameters[key]
    if (parameter === undefined)
      throw new UsageError(
        `--template ${name}: unknown parameter ${JSON.stringify(key)}${suggestion(key, Object.keys(parameters))}`,
      )
    const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value)
    const fits = number >= parameter.from && number <= parameter.to
    if (!fits || (parameter.whole === true && !Number.isInteger(number)))
      throw new UsageError(`--template ${name}: ${pair}: expected ${key}=${rangeOf(parameter)}`)
    given.set(key, number)
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([key, parameter]) => [
      key,
      given.get(key) ?? parameter.default,
    ]),
  )
}

/** `a whole number from 1 to 5`. */
export const rangeOf = ({ from, to, whole }: Parameter): string =>
  `${whole === true ? 'a whole number' : 'a number'} from ${from} to ${to}`

const refuseTopology = (
  name: string,
  { needs }: Template,
  { members, hasPrimaries, hasMembership }: Topology,
): void => {
  if (members.length < (needs.nodes ?? 1))
    throw new UsageError(
      `--template ${name}: needs at least ${needs.nodes} nodes; there are ${members.length} (--nodes)`,
    )
  if (needs.primaries === true && !hasPrimaries)
    throw new UsageError(`--template ${name}: needs a leader, and nobody can say who leads here`)
  if (needs.membership === true && hasMembership !== true)
    throw new UsageError(`--template ${name}: the system cannot change its members while it serves`)
}
