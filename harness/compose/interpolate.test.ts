import { execa } from 'execa'
import fc from 'fast-check'
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

  test('random expressions mean what they mean to a shell', async () => {
    const samples = fc.sample(expression, { numRuns: 300, seed: 7 })
    const script = samples.map((text) => `printf '%s\\n' "${text}"`).join('\n')
    const { stdout } = await execa('bash', ['-c', script], {
      env: variables,
      extendEnv: false,
      stripFinalNewline: false,
    })
    expect(samples.map(filled)).toEqual(stdout.split('\n').slice(0, -1))
  })
})

/** Text, variables that are set, empty or not set at all, and defaults within defaults. */
const { expression } = fc.letrec<{ expression: string; piece: string }>((tie) => {
  const name = fc.constantFrom('A', 'EMPTY', 'PORT', 'NONE')
  const text = fc.stringMatching(/^[a-c0-2.:/ -]{0,4}$/)
  return {
    piece: fc.oneof(
      { maxDepth: 3 },
      text,
      name.map((one) => `$${one}`),
      name.map((one) => `\${${one}}`),
      fc
        .tuple(name, fc.constantFrom(':-', '-', ':+', '+'), tie('expression'))
        .map(([one, sign, other]) => `\${${one}${sign}${other}}`),
    ),
    expression: fc.array(tie('piece'), { maxLength: 3 }).map((pieces) => pieces.join('')),
  }
})
