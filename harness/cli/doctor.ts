/** `schism doctor`: what this machine can do, and what to do about the rest. */
import chalk from 'chalk'
import { loadCatalog } from '../catalog.ts'
import { dockerCluster } from '../cluster/docker/docker.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { type Arguments, type Command, jsonOption } from './command.ts'

export const doctorCommand: Command = {
  command: 'doctor',
  describe: 'what this machine can do, and what to do about the rest',
  options: { json: jsonOption },
  examples: [['doctor', 'before the first run']],
  run: doctor,
}

async function doctor(args: Arguments): Promise<ExitCode> {
  const catalog = await loadCatalog()
  const support = await dockerCluster.support()
  if (args.flag('json')) console.log(JSON.stringify({ version: 1, support }, null, 2))
  else {
    const width = Math.max(...support.map(({ name }) => name.length))
    for (const { name, state, says } of support)
      console.log(`${marks[state]}  ${name.padEnd(width)}  ${says}`)
    const { systems, workloads, faults, checkers } = catalog
    console.log(
      `\n${systems.size} systems, ${workloads.size} workloads, ${faults.size} faults, ${checkers.size} checkers: "schism list"`,
    )
  }
  return support.some(({ state }) => state === 'missing') ? exitCodes.environment : exitCodes.valid
}

const marks = {
  ok: chalk.green('ok     '),
  limited: chalk.yellow('limited'),
  missing: chalk.red('missing'),
}
