/** Records of CI runs for tests: one case of each result, and text that no report may trust. */
import fc from 'fast-check'
import { type CaseRecord, type CiRecord, caseResult } from '../record.ts'

export const caseOf = (given: Partial<CaseRecord> = {}): CaseRecord => ({
  name: 'raft register partition seed 4',
  place: 'runs.0',
  system: 'raft',
  workload: 'register',
  faults: 'partition',
  cluster: 'sim',
  seed: 4,
  command: 'npx schism test raft --workload register --faults partition --seed 4',
  result: 'passed',
  outcome: 'valid',
  code: 0,
  says: 'raft register: linearizable over 991 operations, through 1 fault',
  tookMs: 1234,
  retried: [],
  run: 'runs/20261121T170534-raft-register-4-5f9c',
  environment: { version: '1.0', 'image digest': 'sha256:5f70bf18a086' },
  ...given,
})

export const ended = {
  violation: {
    result: 'violation',
    outcome: 'violation',
    code: 1,
    says: 'raft answered a read of a register with a stale value',
    detail: 'VIOLATION  raft answered a read\n  time s  process',
    again: { violations: 2, runs: 3, interval: [0.2, 0.94] },
  },
  error: {
    result: 'error',
    outcome: 'environment',
    code: 253,
    says: 'n1 was never ready',
    retried: ['n1 was never ready'],
  },
  unknown: { result: 'unknown', outcome: 'unknown', code: 2, says: 'out of time' },
  'not-run': { result: 'not-run', outcome: 'not-run', code: 2, says: 'not run: no time' },
} satisfies Record<string, Partial<CaseRecord>>

export const recordOf = (
  cases: readonly CaseRecord[],
  given: Partial<CiRecord> = {},
): CiRecord => ({
  version: 1,
  schism: '0.1.0',
  startedAt: '2026-11-21T17:05:29.123Z',
  tookMs: 8000,
  host: 'machine',
  config: 'schism.config.ts',
  matrix: cases.length,
  problems: [],
  code: 0,
  cases: [...cases],
  ...given,
})

/** A case of each result. */
export const oneOfEach = (): CiRecord =>
  recordOf([
    caseOf({ name: 'passes' }),
    ...Object.entries(ended).map(([name, given]) => caseOf({ name, ...given })),
  ])

const hostile = [
  '<script>alert(1)</script>',
  ']]>',
  '&amp;&#0;',
  '\u0000\u0007\u001b[31m\u0085\ufffe\uffff',
  '\ud800 alone',
  '‮ backwards',
  '👩‍👩‍👧 👍🏽',
  '```\n# heading\n| a | b |',
  '@everyone https://example.test www.example.test :smile: $x$',
  '[link](javascript:alert(1)) ![image](http://x)',
  '::error title=a,b::owned%0A\r\n::set-output name=x::y',
  'not ok 1 - x # SKIP',
  'quote \' and " quote',
  'x'.repeat(20_000),
]

/** Any text that a tested system could have printed. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...hostile), { maxLength: 4 }).map((parts) => parts.join('\n')),
)

/** A record whose every text is foreign. */
export const anyRecord: fc.Arbitrary<CiRecord> = fc
  .array(
    fc.record({
      text: fc.array(anyText, { minLength: 8, maxLength: 8 }),
      result: fc.constantFrom(...caseResult.options),
    }),
    { maxLength: 30 },
  )
  .map((cases) =>
    recordOf(
      cases.map(({ text, result }, nth) =>
        caseOf({
          name: `${nth} ${text[0]}`,
          system: text[1]!,
          says: text[2]!,
          command: text[3]!,
          expected: text[4]!,
          detail: text[5]!,
          retried: [text[6]!],
          environment: { [text[7]!]: text[0]! },
          result,
        }),
      ),
      { problems: cases.slice(0, 1).map(({ text }) => text[3]!), host: cases[0]?.text[1] ?? '' },
    ),
  )
