/**
 * The agent's requests about the vDSO of other processes, in the words of `agent-memory.ts`. All offsets
 * count from its base, which is another one in each process, and changes when a process executes another
 * program.
 */

/** Some bytes of a vDSO. */
export interface Range {
  readonly from: number
  readonly length: number
}

/** One text to write at an offset; where `old` is given, only over that. */
export interface Change {
  readonly offset: number
  readonly old?: Buffer
  readonly text: Buffer
}

/** A process as long as it executes one program. */
export interface Mapped {
  readonly pid: number
  /** Where its vDSO begins; 0 when it has none of 64 bits. */
  readonly base: number
}

export interface Scanned extends Mapped {
  /** The full id of the container that it runs in. */
  readonly container: string
  /** Its command's name, as the kernel keeps it: 15 characters. */
  readonly name: string
  /** The ranges asked for, one behind the other. */
  readonly bytes: Buffer
}

/** What became of one process: `ok`; `gone`; `busy`, to be tried again; `changed`; or an error's text. */
export type Outcomes = ReadonlyMap<number, string>

export interface Memory {
  /** The agent's own vDSO, as the kernel made it. */
  vdso(): Promise<Buffer>
  /** The processes of containers (full id → bytes) whose bytes in the ranges differ from those. */
  scan(
    ranges: readonly Range[],
    containers: ReadonlyMap<string, Buffer | undefined>,
  ): Promise<readonly Scanned[]>
  /** Writes while the processes run. */
  poke(changes: readonly Change[], processes: readonly Mapped[]): Promise<Outcomes>
  /** Writes while all threads of a process are stopped and none stands in a window. */
  patch(
    changes: readonly Change[],
    windows: readonly Range[],
    processes: readonly Mapped[],
  ): Promise<Outcomes>
}

/** @param request sends one line and returns what was printed */
export const memoryOf = (request: (text: string) => Promise<string>): Memory => ({
  vdso: async () => Buffer.from(await request('vdso'), 'hex'),
  scan: async (ranges, containers) => {
    const places = ranges.map(({ from, length }) => `${from}:${length}`).join()
    const known = [...containers].map(([id, bytes]) => `${id}:${bytes?.toString('hex') ?? '-'}`)
    if (known.length === 0) return []
    return linesOf(await request(['scan', places, ...known].join(' '))).map((line) => {
      const [container = '', pid, base, bytes = '', ...name] = line.split(' ')
      return {
        container,
        pid: Number(pid),
        base: Number(base),
        name: name.join(' '),
        bytes: Buffer.from(bytes === '-' ? '' : bytes, 'hex'),
      }
    })
  },
  poke: async (changes, processes) => {
    const texts = changes.map(({ offset, text }) => `${offset}:${text.toString('hex')}`)
    return outcomes(await request(['poke', texts.join(), ...processes.map(named)].join(' ')))
  },
  patch: async (changes, windows, processes) => {
    const texts = changes.map(
      ({ offset, old, text }) => `${offset}:${old?.toString('hex') ?? '-'}:${text.toString('hex')}`,
    )
    const spans = windows.map(({ from, length }) => `${from}-${from + length - 1}`).join() || '-'
    const line = ['patch', spans, texts.join(), ...processes.map(named)].join(' ')
    return outcomes(await request(line))
  },
})

const named = ({ pid, base }: Mapped): string => `${pid}:${base}`

const linesOf = (printed: string): readonly string[] =>
  printed.split('\n').filter((line) => line !== '')

const outcomes = (printed: string): Outcomes =>
  new Map(
    linesOf(printed).map((line) => {
      const [pid = '', ...said] = line.split(' ')
      return [Number(pid), said.join(' ')]
    }),
  )
