/**
 * Reads where this machine gets Debian packages from, so that images can be built where no registry
 * can be reached. Only entries for Debian bookworm count; other vendors' sources on the machine are
 * left out. Both formats of sources.list(5) are understood: deb822 `.sources` and one-line `.list`.
 */

/** One Debian source: deb822's fields. */
export interface AptSource {
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components: readonly string[]
}

/** The Debian release that images are built from. */
export const release = 'bookworm'

/** Debian's own keyring: every Debian system has it, so entries signed by it work in any image. */
export const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** The Debian entries of apt's source files, given by name and text. */
export const parseAptSources = (
  files: readonly { readonly name: string; readonly text: string }[],
): readonly AptSource[] =>
  files
    .flatMap(({ name, text }) => (name.endsWith('.sources') ? parseDeb822(text) : parseList(text)))
    .flatMap(onlyDebian)

/** The mirror that serves the release itself, not only its updates. */
export const mirrorOf = (sources: readonly AptSource[]): string | undefined =>
  sources.find((source) => source.suites.includes(release))?.uris[0]

/** The entries as a `.sources` file for an image. */
export const renderAptSources = (sources: readonly AptSource[]): string =>
  sources
    .map(
      ({ uris, suites, components }) =>
        `Types: deb\nURIs: ${uris.join(' ')}\nSuites: ${suites.join(' ')}\n` +
        `Components: ${components.join(' ')}\nSigned-By: ${keyring}\n`,
    )
    .join('\n')

/**
 * The settings of `apt-config dump` that decide whether downloads work: proxies and date checks.
 */
export const downloadSettings = (dump: string): string =>
  dump
    .split('\n')
    .filter((line) => /^Acquire::(https?::Proxy|Check-)\S* "/.test(line))
    .map((line) => `${line}\n`)
    .join('')

const parseDeb822 = (text: string): readonly AptSource[] =>
  text.split(/\n\s*\n/).flatMap((paragraph) => {
    const fields = fieldsOf(paragraph)
    const words = (name: string): readonly string[] =>
      (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '')
    if (!words('types').includes('deb') || fields.get('enabled') === 'no') return []
    return [{ uris: words('uris'), suites: words('suites'), components: words('components') }]
  })

/** A paragraph's fields by lower-case name; continuation lines are joined, comments left out. */
const fieldsOf = (paragraph: string): ReadonlyMap<string, string> => {
  const fields = new Map<string, string>()
  let name = ''
  for (const line of paragraph.split('\n')) {
    if (line.startsWith('#')) continue
    const field = /^([\w-]+):\s*(.*)$/.exec(line)
    if (field !== null) name = field[1]!.toLowerCase()
    const value = field === null ? line : field[2]!
    if (name !== '') fields.set(name, `${fields.get(name) ?? ''} ${value}`.trim())
  }
  return fields
}

const parseList = (text: string): readonly AptSource[] =>
  text.split('\n').flatMap((line) => {
    const entry = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line)
    if (entry === null) return []
    const components = entry[3]!.trim().split(/\s+/)
    return [{ uris: [entry[1]!], suites: [entry[2]!], components }]
  })

const onlyDebian = (source: AptSource): readonly AptSource[] => {
  const suites = source.suites.filter((suite) =>
    [release, `${release}-updates`, `${release}-security`].includes(suite),
  )
  const uris = source.uris.filter((uri) => /^https?:/.test(uri))
  const isUsable = suites.length > 0 && uris.length > 0 && source.components.includes('main')
  return isUsable ? [{ uris, suites, components: source.components }] : []
}
