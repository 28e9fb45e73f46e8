/**
 * How the shims are made from their sources in `asm/`, for `scripts/shims.ts`, which writes `shims.ts`,
 * and for the test that compares the two where an assembler is at hand: in a container.
 */

/** A shim: code that runs anywhere, and where in it things lie. */
export interface Shim {
  /** The assembled bytes, in hexadecimal digits. */
  readonly code: string
  /** Label of the source → offset in bytes. */
  readonly labels: Readonly<Record<string, number>>
}

export const sources = {
  x64: { file: 'x86-64.s', tools: '' },
  arm64: { file: 'arm64.s', tools: 'aarch64-linux-gnu-' },
} as const

/** A shell command that assembles a file, and prints what `parseShim` reads. */
export const assembleCommand = (file: string, tools: string): string =>
  [
    'set -e; out=$(mktemp -d)',
    `${tools}as -o $out/o ${file}`,
    `${tools}objcopy -O binary -j .text $out/o $out/code`,
    `${tools}nm $out/o`,
    `echo code; perl -0777 -ne 'print unpack("H*", $_)' $out/code; rm -r $out`,
  ].join('; ')

/** Reads what the command prints. @throws Error when it is something else */
export const parseShim = (printed: string): Shim => {
  const [symbols = '', code = ''] = printed.split('code\n')
  if (!/^([0-9a-f]{2})+$/.test(code.trim())) throw new Error(`not assembled: ${printed}`)
  const labels = [...symbols.matchAll(/^([0-9a-f]+) t (\w+)$/gm)].map(
    ([, offset = '', name = '']) => [name, Number.parseInt(offset, 16)] as const,
  )
  return { code: code.trim(), labels: Object.fromEntries(labels.toSorted(([, a], [, b]) => a - b)) }
}
