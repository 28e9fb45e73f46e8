/**
 * The lattice of isolation levels: which level implies which, which anomalies each one forbids, which anomalies
 * are special cases of others. After Adya 1999, Adya, Liskov and O'Neil 2000, Berenson et al. 1995, Bailis et al.
 * 2013, Cerone, Bernardi and Gotsman 2015, Daudjee and Salem 2004 and 2006, as Elle has put them together.
 */

/** Every level, from weak to strong, with the next weaker ones. */
const implied: Readonly<Record<string, readonly string[]>> = {
  'read-uncommitted': [],
  'read-committed': ['read-uncommitted'],
  'monotonic-view': ['read-committed'],
  'monotonic-snapshot-read': ['read-committed'],
  'cursor-stability': ['read-committed'],
  'monotonic-atomic-view': ['read-committed'],
  'read-atomic': ['monotonic-atomic-view'],
  'causal-cerone': ['read-atomic'],
  prefix: ['causal-cerone'],
  'update-atomic': ['read-atomic'],
  'consistent-view': ['cursor-stability', 'monotonic-view'],
  // No cycle with one anti-dependency or none (Cerone, Gotsman and Yang 2017).
  'parallel-snapshot-isolation': ['causal-cerone', 'consistent-view', 'update-atomic'],
  'forward-consistent-view': ['consistent-view'],
  'update-serializable': ['forward-consistent-view'],
  'snapshot-isolation': [
    'forward-consistent-view',
    'monotonic-atomic-view',
    'monotonic-snapshot-read',
    'parallel-snapshot-isolation',
    'prefix',
  ],
  'repeatable-read': ['cursor-stability', 'monotonic-atomic-view'],
  serializable: ['repeatable-read', 'snapshot-isolation', 'update-serializable'],
  'strong-session-read-uncommitted': ['read-uncommitted'],
  'strong-session-read-committed': ['read-committed', 'strong-session-read-uncommitted'],
  'strong-session-monotonic-atomic-view': [
    'monotonic-atomic-view',
    'strong-session-read-committed',
  ],
  'strong-session-read-atomic': ['read-atomic', 'strong-session-monotonic-atomic-view'],
  // What a process did counts as seen by what it does next (Bouajjani et al. 2017, Biswas and Enea 2019).
  causal: ['causal-cerone', 'strong-session-read-atomic'],
  'strong-session-snapshot-isolation': ['snapshot-isolation', 'causal'],
  'strong-session-serializable': ['serializable', 'strong-session-snapshot-isolation'],
  'strong-read-uncommitted': ['strong-session-read-uncommitted'],
  'strong-read-committed': ['strong-session-read-committed', 'strong-read-uncommitted'],
  'strong-snapshot-isolation': ['strong-session-snapshot-isolation', 'strong-read-committed'],
  'strict-serializable': [
    'serializable',
    'strong-session-serializable',
    'strong-snapshot-isolation',
  ],
}

/** Other names of levels. */
const synonyms: Readonly<Record<string, string>> = {
  'PL-1': 'read-uncommitted',
  'PL-2': 'read-committed',
  'PL-CS': 'cursor-stability',
  'PL-2L': 'monotonic-view',
  'PL-MSR': 'monotonic-snapshot-read',
  'PL-2+': 'consistent-view',
  'PL-FCV': 'forward-consistent-view',
  'PL-2.99': 'repeatable-read',
  'PL-SI': 'snapshot-isolation',
  'PL-3': 'serializable',
  'PL-3U': 'update-serializable',
  'PL-SS': 'strict-serializable',
  'conflict-serializable': 'serializable',
  'strong-serializable': 'strict-serializable',
  ROLA: 'update-atomic',
}

/**
 * What each level forbids beyond what weaker ones forbid. Reads that show only that no order of the versions explains
 * them break Adya's levels as well: in each order one of their readers missed what it had seen, a cycle of its
 * anti-dependency and of what it read (G-single-item; G-monotonic where what it had seen was read before).
 */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  'read-uncommitted': ['G0', 'duplicate-elements', 'cyclic-versions'],
  'read-committed': ['G1'],
  'monotonic-view': ['G-monotonic', 'observed-transaction-vanishes'],
  'monotonic-snapshot-read': ['G-MSR'],
  'cursor-stability': ['G-cursor', 'lost-update'],
  'monotonic-atomic-view': ['observed-transaction-vanishes'],
  'read-atomic': ['internal', 'G1a', 'future-read', 'fractured-read'],
  'strong-session-monotonic-atomic-view': ['observed-transaction-vanishes-process'],
  'strong-session-read-atomic': ['fractured-read-process'],
  'causal-cerone': ['causality-violation'],
  causal: ['causality-violation-process'],
  prefix: ['long-fork'],
  'update-atomic': ['lost-update'],
  'consistent-view': ['G-single', 'fractured-read', 'causality-violation'],
  'forward-consistent-view': ['G-SIb'],
  'update-serializable': ['G-update'],
  'snapshot-isolation': ['G-SI', 'G-nonadjacent'],
  'repeatable-read': ['G2-item', 'lost-update', 'fractured-read', 'causality-violation'],
  serializable: ['G2', 'predicate-read-miss'],
  'strong-session-read-uncommitted': ['G0-process'],
  'strong-session-read-committed': ['G1c-process'],
  'strong-session-snapshot-isolation': ['G-nonadjacent-process'],
  'strong-session-serializable': ['G2-process'],
  'strong-read-uncommitted': ['G0-realtime'],
  'strong-read-committed': ['G1c-realtime'],
  'strong-snapshot-isolation': ['G-nonadjacent-realtime'],
  'strict-serializable': ['G2-realtime'],
}

/** Of which other anomalies each one is a special case, whatever the orders of processes and time. */
const special: Readonly<Record<string, readonly string[]>> = {
  G0: ['G1c'],
  G1c: ['G1'],
  'G-single-item': ['G-single', 'G-nonadjacent-item'],
  'G-single': ['G-nonadjacent', 'G-SIb'],
  'G-nonadjacent-item': ['G-nonadjacent', 'G2-item'],
  'G-nonadjacent': ['G2'],
  'G2-item': ['G2'],
}

const alone: Readonly<Record<string, readonly string[]>> = {
  G1a: ['G1'],
  G1b: ['G1'],
  'garbage-read': ['G1a'],
  'incompatible-order': ['G1a'],
  'dirty-update': ['G1a'],
  'future-read': ['G1c'],
  'G-SIa': ['G-SI'],
  'G-SIb': ['G-SI'],
  'lost-update': ['write-skew', 'G2-item'],
  'write-skew': ['G2'],
}

const general: Readonly<Record<string, readonly string[]>> = (() => {
  const all: Record<string, string[]> = {}
  const add = (one: string, other: string): void => {
    all[one] = [...(all[one] ?? []), other]
  }
  for (const [one, others] of Object.entries(alone)) for (const other of others) add(one, other)
  for (const [one, others] of Object.entries(special)) {
    for (const suffix of ['', '-process', '-realtime'])
      for (const other of others)
        if (suffix === '' || special[other] !== undefined) add(one + suffix, other + suffix)
    add(one, `${one}-process`)
    add(`${one}-process`, `${one}-realtime`)
  }
  add('G2', 'G2-process')
  add('G2-process', 'G2-realtime')
  add('G2-item-process', 'G2-process')
  add('G2-item-realtime', 'G2-realtime')
  return all
})()

/** All levels, from weak to strong. */
export const isolationLevels: readonly string[] = Object.keys(implied)

/** The level of a name, or undefined. */
export const levelNamed = (name: string): string | undefined => {
  const level = Object.hasOwn(synonyms, name) ? synonyms[name]! : name
  return Object.hasOwn(implied, level) ? level : undefined
}

const closure = (
  of: readonly string[],
  next: (one: string) => readonly string[],
): ReadonlySet<string> => {
  const found = new Set(of)
  for (const one of found) for (const other of next(one)) found.add(other)
  return found
}

/** A level with all that it implies. */
export const weakerThan = (level: string): ReadonlySet<string> =>
  closure([level], (one) => implied[one]!)

/** Whether a level is broken where there is an anomaly of a type. */
export const forbids = (level: string, type: string): boolean => impossible([type]).has(level)

/** The levels that cannot hold where there are anomalies of some types. */
export const impossible = (types: Iterable<string>): ReadonlySet<string> => {
  const all = closure([...types], (one) => (Object.hasOwn(general, one) ? general[one]! : []))
  const breaks = (level: string): boolean => forbidden[level]?.some((one) => all.has(one)) ?? false
  return new Set(isolationLevels.filter((level) => [...weakerThan(level)].some(breaks)))
}

/**
 * Levels with a phenomenon of their own that no checker here searches for (Adya 1999; of `prefix` the long forks
 * whose anti-dependencies follow reads): they are broken by what breaks a weaker level, and hold where a stronger one does.
 */
const unsearched: Readonly<Record<string, string>> = {
  'monotonic-view': 'G-monotonic',
  'monotonic-snapshot-read': 'G-MSR',
  'forward-consistent-view': 'G-SIb',
  'update-serializable': 'G-update',
  prefix: 'long-fork',
}

/** The phenomenon that a level would have to be searched for, where no other anomaly of these types decides it. */
export const undecided = (level: string, types: Iterable<string>): string | undefined => {
  const broken = impossible(types)
  const holds = (one: string): boolean =>
    !broken.has(one) && !Object.hasOwn(unsearched, one) && weakerThan(one).has(level)
  if (!Object.hasOwn(unsearched, level) || broken.has(level)) return undefined
  return isolationLevels.some(holds) ? undefined : unsearched[level]
}

/** Where a history stands, given the types of its anomalies. */
export interface Standing {
  /** The weakest levels that do not hold. */
  readonly not: readonly string[]
  /** The other levels that do not hold, all stronger. */
  readonly alsoNot: readonly string[]
  /** The strongest levels that may hold: nothing that was found speaks against them. */
  readonly strongest: readonly string[]
}

export const standing = (types: Iterable<string>): Standing => {
  const broken = impossible(types)
  const others = (level: string): string[] =>
    [...weakerThan(level)].filter((weaker) => weaker !== level)
  const isWeakest = (level: string): boolean => !others(level).some((one) => broken.has(one))
  const kept = isolationLevels.filter((level) => !broken.has(level))
  return {
    not: isolationLevels.filter((level) => broken.has(level) && isWeakest(level)),
    alsoNot: isolationLevels.filter((level) => broken.has(level) && !isWeakest(level)),
    strongest: kept.filter((level) => !kept.some((one) => others(one).includes(level))),
  }
}
