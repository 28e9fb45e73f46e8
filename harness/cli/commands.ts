/** Every command, loaded when it is named: what drives containers takes longer to load than most checks. */
import type { Command } from './command.ts'

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  test: async () => (await import('./test.ts')).testCommand,
  init: async () => (await import('./init.ts')).initCommand,
  hunt: async () => (await import('./hunt.ts')).huntCommand,
  ci: async () => (await import('./ci.ts')).ciCommand,
  merge: async () => (await import('./merge.ts')).mergeCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  convert: async () => (await import('./convert.ts')).convertCommand,
  runs: async () => (await import('./runs.ts')).runsCommand,
  show: async () => (await import('./show.ts')).showCommand,
  diff: async () => (await import('./diff.ts')).diffCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  list: async () => (await import('./list.ts')).listCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
  clean: async () => (await import('./clean.ts')).cleanCommand,
}

/** The command of that name alone, or all of them where none is called so. */
export const commandsFor = (name = ''): Promise<readonly Command[]> => {
  const chosen = Object.hasOwn(commands, name) ? [commands[name]!] : Object.values(commands)
  return Promise.all(chosen.map((load) => load()))
}
