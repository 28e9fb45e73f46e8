/** Which system a command is about: one of the catalog, a file, or services of a compose file. */
import type { Options } from 'yargs'
import { UsageError } from '../errors.ts'
import type { GivenSystem } from '../own/resolve.ts'
import type { Arguments } from './command.ts'

export const givenOptions: Readonly<Record<string, Options>> = {
  compose: {
    type: 'string',
    describe: 'test services of this compose file instead of a system that schism knows',
    requiresArg: true,
  },
  service: {
    type: 'string',
    array: true,
    describe: "with --compose: the services that are its nodes, as a glob ('node*')",
    requiresArg: true,
  },
  client: {
    type: 'string',
    describe:
      'with --compose: how clients speak to them: NAME or stdio:COMMAND (see "schism list")',
    requiresArg: true,
  },
  helper: {
    type: 'string',
    array: true,
    describe: 'with --compose: services to start beside them though none depends on them',
    requiresArg: true,
  },
  port: {
    type: 'string',
    describe: 'with --compose: the port that clients use, where the file names several or none',
    requiresArg: true,
  },
  promise: {
    type: 'string',
    describe:
      'with --compose: what their makers promise, for the report: sequential, best-effort, …; linearizable is assumed if absent',
    requiresArg: true,
  },
  name: {
    type: 'string',
    describe: "with --compose: what results call it; the file's name or its folder's if absent",
    requiresArg: true,
  },
}

/** What the arguments name. @throws UsageError when that is nothing, or two things */
export const givenOf = (args: Arguments): GivenSystem => {
  const system = args.text('system')
  const compose = args.text('compose')
  if (compose === undefined) {
    const astray = Object.keys(givenOptions).find((option) => args.texts(option).length > 0)
    if (astray !== undefined) throw new UsageError(`--${astray}: expected --compose FILE with it`)
    if (system !== undefined) return system
    throw new UsageError(
      'expected a system of "schism list", a file (./my-system.ts), or --compose FILE --service GLOB --client NAME',
    )
  }
  if (system !== undefined)
    throw new UsageError(`--compose ${compose}: expected no other system, found ${system}`)
  const services = args.list('service')
  const client = args.text('client')
  if (services.length === 0) throw new UsageError(`--compose ${compose}: expected --service GLOB`)
  if (client === undefined) throw new UsageError(`--compose ${compose}: expected --client NAME`)
  const port = args.number('port', { from: 1, to: 65_535, whole: 'whole' })
  const promise = args.text('promise')
  const name = args.text('name')
  if (name !== undefined && !/^[a-z0-9][a-z0-9_-]*$/.test(name))
    throw new UsageError(`--name ${name}: expected small letters, digits, - and _`)
  return {
    compose,
    services,
    client,
    helpers: args.list('helper'),
    ...(port === undefined ? {} : { port }),
    ...(promise === undefined ? {} : { promise }),
    ...(name === undefined ? {} : { name }),
  }
}
