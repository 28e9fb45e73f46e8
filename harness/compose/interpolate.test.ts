import { describe, expect, test } from 'vitest'
import { interpolate } from './interpolate.ts'

const variables: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', PORT: '6379' }

const filled = (text: string): string =>
  interpolate(text, { value: (name) => variables[name], unset: () => {} })

/** Written with % for $, which would look like a template's. */
const dollars = (text: string): string => text.replaceAll('%', '$')

describe('variables of a compose file', () => {
  test.each([
    ['no variable', 'no variable'],
    ['%A and %{A}', 'a and a'],
    ['%%A and %%{A}', '%A and %{A}'],
    ['%{NONE:-default}', 'default'],
    ['%{EMPTY:-default}', 'default'],
    ['%{EMPTY-default}', ''],
    ['%{A:-default}', 'a'],
    ['%{NONE:-%{PORT}}:6379', '6379:6379'],
    ['%{NONE:-%{ALSO_NONE:-%{A}}b}', 'ab'],
    ['%{A:+other}', 'other'],
    ['%{EMPTY:+other}', ''],
    ['%{EMPTY+other}', 'other'],
    ['%{NONE+other}', ''],
    ['%{A?needed}', 'a'],
    ['%{NONE:-}', ''],
    ['%{NONE:-a:b-c}', 'a:b-c'],
    ['echo "{}"', 'echo "{}"'],
  ])('%s is %s', (text, value) => {
    expect(filled(dollars(text))).toBe(dollars(value))
  })

  test.each([
    ['%{NONE:?give me one}', /NONE is not set: give me one/],
    ['%{EMPTY:?}', /EMPTY is not set$/],
    ['%{A', /\$\{A is not closed/],
    ['%{A:-b', /\$\{A is not closed/],
    ['%{A.b}', /unexpected "\.b" in \$\{A\}/],
    ['%{}', /expected \$\{NAME\} or \$\$ at/],
    ['costs 5%', /expected \$\{NAME\} or \$\$ at "\$"/],
  ])('%s is refused', (text, message) => {
    expect(() => filled(dollars(text))).toThrow(message)
  })

  test('what is not set is told', () => {
    const unset: string[] = []
    const value = interpolate(dollars('%NONE %{ALSO} %{A} %{THIRD:-3}'), {
      value: (name) => variables[name],
      unset: (name) => unset.push(name),
    })
    expect(value).toBe('  a 3')
    expect(unset).toEqual(['NONE', 'ALSO'])
  })
})
