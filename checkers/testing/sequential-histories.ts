/**
 * For tests: histories written as the programs of processes (litmus tests), and random ones in which the
 * order of events says nothing about the answers.
 */
import fc from 'fast-check'
import { type EventInput, History } from '../history.ts'

/**
 * A history from one text a process: `wx=1` writes, `rx=1` reads, `cx=1>2` compares and sets key x; with
 * `?` at the end the outcome is indeterminate. Processes run one after the other.
 */
export const programs = (...texts: readonly string[]): History =>
  History.from(
    texts.flatMap((text, process) => text.split(' ').flatMap((one) => act(process, one))),
  )

const act = (process: number, text: string): EventInput[] => {
  const [, letter, key, from, to, unknown] = /^([wrc])(\w+)=(\w+)(?:>(\w+))?(\?)?$/.exec(text)!
  const value = (name: string): number | null => (name === 'nil' ? null : Number(name))
  const f = letter === 'w' ? 'write' : letter === 'r' ? 'read' : 'cas'
  const given = f === 'cas' ? [value(from!), value(to!)] : f === 'write' ? value(from!) : null
  const shared = { process, f, key: key! }
  return [
    { ...shared, type: 'invoke', value: given },
    unknown === undefined
      ? { ...shared, type: 'ok', value: f === 'read' ? value(from!) : given }
      : { ...shared, type: 'info', value: given, error: 'timeout' },
  ]
}

interface Drawn {
  readonly thread: number
  readonly f: 'read' | 'write' | 'cas'
  readonly key: string
  readonly pick: number
  readonly other: number
  readonly fate: number
}

/**
 * Random programs of up to four processes on up to three keys. Reads answer with any value that some
 * operation of the whole history writes to their key, so that about half of them are consistent.
 * @param unique whether every written value is another one
 */
export const randomPrograms = (most: number, unique: boolean): fc.Arbitrary<History> =>
  fc
    .array(
      fc.record({
        thread: fc.nat(3),
        f: fc.constantFrom('read', 'read', 'write', 'write', 'cas'),
        key: fc.constantFrom('x', 'x', 'y', 'z'),
        ...{ pick: fc.nat(1000), other: fc.nat(2), fate: fc.nat(19) },
      }),
      { minLength: 2, maxLength: most },
    )
    .map((drawn) => History.from(play(drawn as readonly Drawn[], unique)))

const play = (drawn: readonly Drawn[], unique: boolean): EventInput[] => {
  const written = (key: string): (number | null)[] => [
    ...drawn.flatMap((one, at) => (one.key === key && one.f !== 'read' ? [target(one, at)] : [])),
    ...drawn.flatMap((one) => (one.key === key && one.fate === 0 ? [null] : [])),
  ]
  const target = ({ other }: Drawn, at: number): number => (unique ? at + 1 : other)
  const processes = [0, 1, 2, 3]
  return drawn.flatMap((one, at): EventInput[] => {
    const { thread, f, key, pick, fate } = one
    const process = processes[thread]!
    const seen = pick % 40 === 0 ? 99 : (written(key)[pick % (written(key).length || 1)] ?? null)
    const given = f === 'read' ? null : f === 'write' ? target(one, at) : [seen, target(one, at)]
    const shared = { process, f, key }
    const invoke: EventInput = { ...shared, type: 'invoke', value: given }
    if (fate >= 17) {
      processes[thread]! += 4
      return fate === 17 ? [invoke] : [invoke, { ...shared, type: 'info', value: given }]
    }
    if (f === 'cas' && fate >= 15) {
      const tells = fate === 15 ? [...(given as number[]), written(key)[pick % 3] ?? null] : given
      return [invoke, { ...shared, type: 'fail', value: tells }]
    }
    return [invoke, { ...shared, type: 'ok', value: f === 'read' ? seen : given }]
  })
}

/**
 * Histories whose reads say nothing but "if a's 1 came before its 2, then b's 2 came before its 1", for random keys and
 * orders: no pair of writes is forced by itself, so all of them must be decided together (2-SAT).
 */
export const randomImplications = (keys: number, most: number): fc.Arbitrary<History> => {
  const literal = fc.record({ key: fc.nat(keys - 1), first: fc.constantFrom(1, 2) })
  return fc.array(fc.tuple(literal, literal), { minLength: 2, maxLength: most }).map((rules) => {
    const texts = Array.from({ length: keys }, (_, key) => [`wk${key}=1`, `wk${key}=2`]).flat()
    for (const [cause, effect] of rules)
      if (cause.key !== effect.key)
        texts.push(
          `rk${effect.key}=${effect.first} rk${cause.key}=${cause.first}`,
          `rk${cause.key}=${3 - cause.first} rk${effect.key}=${3 - effect.first}`,
        )
    return programs(...texts)
  })
}
