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
  if (args.flag('json')) console.log(JSON.stringify(support, null, 2))
  else {
    for (const { name, ok, detail, remedy } of support.checks) {
      const mark = ok ? chalk.green('yes') : chalk.yellow('no ')
      console.log(`${mark}  ${name}: ${detail}`)
      if (!ok && remedy !== undefined) console.log(`     → ${remedy}`)
    }
    const { systems, workloads, faults, checkers } = catalog
    console.log(
      `     ${systems.size} systems, ${workloads.size} workloads, ${faults.size} faults, ${checkers.size} checkers`,
    )
  }
  return support.ready ? exitCodes.valid : exitCodes.environment
}
