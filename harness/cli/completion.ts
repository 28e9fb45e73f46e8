/** `schism completion`: a script by which a shell completes commands, options and names. */
import yargs from 'yargs'
import { type ExitCode, exitCodes } from '../errors.ts'
import { type Arguments, type Command, jsonOption } from './command.ts'
import { COMPLETE } from './complete.ts'

export const completionCommand: Command = {
  command: 'completion <shell>',
  describe: 'a script that lets a shell complete commands, options, systems, faults and runs',
  positional: {
    name: 'shell',
    options: { type: 'string', choices: ['bash', 'zsh', 'fish'], describe: 'which shell' },
  },
  options: { json: jsonOption },
  examples: [
    ['completion bash >> ~/.bashrc', 'for bash'],
    ['completion zsh >> ~/.zshrc', 'for zsh'],
    ['completion fish > ~/.config/fish/completions/schism.fish', 'for fish'],
  ],
  run: completion,
}

async function completion(args: Arguments): Promise<ExitCode> {
  const shell = args.text('shell')!
  const script = await scriptFor(shell)
  console.log(args.flag('json') ? JSON.stringify({ version: 1, shell, script }, null, 2) : script)
  return exitCodes.valid
}

/**
 * The script of yargs, which takes the shell from the environment, both when it writes the script and when it
 * is asked: a login shell need not be the one that completes, so the script names its own. That of fish leaves
 * out the program and a word that is still empty, which all others give.
 */
export const scriptFor = async (shell: string): Promise<string> => {
  process.env.SHELL = shell
  const text = await new Promise<string>((done) => {
    void yargs()
      .scriptName('schism')
      .completion('completion')
      .exitProcess(false)
      .parse(['completion'], {}, (_error, _args, output) => done(output))
  })
  return text
    .trimEnd()
    .replace(`schism ${COMPLETE}`, () => `SHELL=${shell} schism ${COMPLETE}`)
    .replace('(commandline -o)[2..-1]', () => '(commandline -opc) (commandline -ct)')
}
