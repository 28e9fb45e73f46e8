/**
 * Variables in the values of a compose file, as the Compose specification has them: `$NAME`, `${NAME}`,
 * `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`, `${NAME:+other}`, `${NAME+other}`, nested
 * ones in what follows the sign, and `$$` for a dollar.
 */

export interface Variables {
  /** Undefined where it is not set. */
  readonly value: (name: string) => string | undefined
  /** Hears of a variable that is not set and has no default: nothing stands in its place. */
  readonly unset: (name: string) => void
}

/** @throws Error saying what is wrong with an expression, or what a `?` demands */
export const interpolate = (text: string, variables: Variables): string => {
  const [value, end] = expanded(text, 0, variables, 'text')
  if (end < text.length) throw new Error(`unexpected } in ${JSON.stringify(text)}`)
  return value
}

type Within = 'text' | 'braces'

/** Expands from a place on, to the end or to the brace that closes. @returns what it is and where it ended */
const expanded = (
  text: string,
  from: number,
  variables: Variables,
  within: Within,
): readonly [value: string, end: number] => {
  let value = ''
  let at = from
  while (at < text.length) {
    const sign = text[at]!
    if (sign === '}' && within === 'braces') return [value, at]
    if (sign !== '$') {
      value += sign
      at++
      continue
    }
    const [one, next] = variable(text, at, variables)
    value += one
    at = next
  }
  return [value, at]
}

const variable = (
  text: string,
  at: number,
  variables: Variables,
): readonly [value: string, next: number] => {
  const rest = text.slice(at)
  if (rest.startsWith('$$')) return ['$', at + 2]
  const [plain, bare] = /^\$([A-Za-z_]\w*)/.exec(rest) ?? []
  if (bare !== undefined) return [plainValue(bare, variables), at + plain!.length]
  const [head, name, sign = ''] = /^\$\{([A-Za-z_]\w*)(:?[-?+])?/.exec(rest) ?? []
  if (name === undefined)
    throw new Error(`${JSON.stringify(text)}: expected \${NAME} or $$ at ${JSON.stringify(rest)}`)
  const [other, end] = expanded(text, at + head!.length, variables, 'braces')
  if (text[end] !== '}') throw new Error(`${JSON.stringify(text)}: \${${name} is not closed`)
  if (sign === '' && other !== '')
    throw new Error(`${JSON.stringify(text)}: unexpected ${JSON.stringify(other)} in \${${name}}`)
  return [chosen(name, sign, other, variables), end + 1]
}

const chosen = (name: string, sign: string, other: string, variables: Variables): string => {
  const value = variables.value(name)
  const isThere = value !== undefined && (value !== '' || !sign.startsWith(':'))
  switch (sign.at(-1)) {
    case '-':
      return isThere ? value : other
    case '+':
      return isThere ? other : ''
    case '?':
      if (isThere) return value
      throw new Error(`variable ${name} is not set${other === '' ? '' : `: ${other}`}`)
    default:
      return plainValue(name, variables)
  }
}

const plainValue = (name: string, { value, unset }: Variables): string => {
  const found = value(name)
  if (found === undefined) unset(name)
  return found ?? ''
}
