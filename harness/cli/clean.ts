/** `schism clean`: removes what killed runs left behind. */
import { dockerCluster } from '../cluster/docker/docker.ts'
import { requireEngine } from '../engine.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { type Arguments, type Command, jsonOption } from './command.ts'

export const cleanCommand: Command = {
  command: 'clean',
  describe: 'remove the containers, networks and volumes that killed runs left',
  options: {
    all: { type: 'boolean', describe: 'also those of runs that still go on' },
    json: jsonOption,
  },
  examples: [['clean', 'after a controller was killed']],
  run: clean,
}

async function clean(args: Arguments): Promise<ExitCode> {
  await requireEngine()
  const removed = await dockerCluster.clean({ all: args.flag('all') })
  if (args.flag('json')) console.log(JSON.stringify({ version: 1, ...removed }, null, 2))
  else
    console.log(
      `removed ${removed.containers.length} containers, ${removed.networks.length} networks, ${removed.volumes.length} volumes`,
    )
  return exitCodes.valid
}
