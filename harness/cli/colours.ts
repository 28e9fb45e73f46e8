/**
 * Whether output is coloured, decided once before anything is printed: `--color` and `--no-color` first, then
 * FORCE_COLOR, then NO_COLOR (no-color.org), which the library of colours does not know, else what the terminal
 * can do. The decision is handed on in FORCE_COLOR, so that worker threads come to the same one.
 */

/** What FORCE_COLOR is to be; undefined leaves it to the terminal. */
export const colours = (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string | undefined => {
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const asked = options.findLast((word) => word === '--color' || word === '--no-color')
  if (asked !== undefined) return asked === '--color' ? '1' : '0'
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR
  return (env.NO_COLOR ?? '') === '' ? undefined : '0'
}
