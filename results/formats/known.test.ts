/** Histories that other tools ship with their verdicts, word for word, judged as these tools judge them. */
import { describe, expect, test } from 'vitest'
import { unlimited } from '../../checkers/checker.ts'
import { linearizable } from '../../checkers/linearizable.ts'
import { configure } from '../../checkers/models/cas-register.ts'
import { readHistoryFrom } from './read.ts'

/** As Knossos and elle-cli judge: what failed did not happen, and tells nothing. */
const judge = (text: string, initial: unknown = null) => {
  const { history, format } = readHistoryFrom(text, 'h')
  expect(format).toBe('edn')
  return linearizable(configure({ failedCas: 'drop', initial }))(history, unlimited).valid
}

describe("Knossos' histories of compare-and-set registers", () => {
  test('data/cas-register/bad/bad-analysis.edn is not linearizable', () => {
    const text = `[{:process 4, :type :invoke, :f :write, :value 2}
 {:process 4, :type :ok, :f :write, :value 2}
 {:process 6, :type :invoke, :f :read, :value nil}
 {:process 1, :type :invoke, :f :write, :value 4}
 {:process 1, :type :ok, :f :write, :value 4}
 {:process 14, :type :invoke, :f :read, :value 4}
 {:process 14, :type :ok, :f :read, :value 4}
 {:process 9, :type :invoke, :f :write, :value 0}
 {:process 9, :type :ok, :f :write, :value 0}
 ; Value is 0, pending crashed read by process 6
 {:process 19, :type :invoke, :f :read, :value 0}
 {:process 20, :type :invoke, :f :write, :value 1}
 {:process 19, :type :ok, :f :read, :value 0}
 ; Read of 0 linearized, 20 write 1 pending (and crashes)
 ; Two spurious concurrent reads of 3 and 2
 {:process 22  :type :invoke, :f :read, :value 3}
 {:process 21, :type :invoke, :f :read, :value 2}
 {:process 21, :type :ok, :f :read, :value 2}
 {:process 22, :type :ok, :f :read, :value 3}]
`
    expect(judge(text)).toBe(false)
  })

  test('data/cas-register/bad/rethink-fail-minimal.edn is not linearizable', () => {
    const text = `({:type :invoke, :f :write, :value 0, :process 0}
 {:type :ok, :f :write, :value 0, :process 0}
 ; Value is 0, then we concurrently write 4, read 3.
 {:type :invoke, :f :read, :value nil, :process 1}
 {:type :invoke, :f :write, :value 4, :process 2}
 ; Nonlinearizable! Could have been 0 or 4 but not 3
 {:type :ok, :f :read, :value 3, :process 1}
 {:type :ok, :f :write, :value 4, :process 2}
 {:type :invoke, :f :read, :value nil, :process 3}
 {:type :ok, :f :read, :value 4, :process 3}
)
`
    expect(judge(text)).toBe(false)
    expect(judge(text.replace(':read, :value 3', ':read, :value 0'))).toBe(true)
  })

  test('data/cas-register/good/cas-register-bug.edn is linearizable', () => {
    const text = `; This used to expose a bug in Knossos
[{:process 4, :type :invoke, :f :write, :value 2}
 {:process 4, :type :ok, :f :write, :value 2}
 {:process 6, :type :invoke, :f :read, :value nil}
 {:process 1, :type :invoke, :f :write, :value 4}
 {:process 1, :type :ok, :f :write, :value 4}
 {:process 14, :type :invoke, :f :read, :value 4}
 {:process 14, :type :ok, :f :read, :value 4}
 {:process 9, :type :invoke, :f :write, :value 0}
 {:process 9, :type :ok, :f :write, :value 0}
 {:process 19, :type :invoke, :f :read, :value 0}
 {:process 19, :type :ok, :f :read, :value 0}]
`
    expect(judge(text)).toBe(true)
  })
})

test("elle-cli's histories/elle/cas-fail.edn is not linearizable", () => {
  const text = `; Two processes read initial value nil
{:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok,     :f :read, :value nil}
{:process 2, :type :invoke, :f :read, :value nil}
{:process 2, :type :ok,     :f :read, :value nil}

; P1 does CAS(nil, 1) and succeeds
{:process 1, :type :invoke, :f :cas,  :value [nil 1]}
{:process 1, :type :ok,     :f :cas,  :value [nil 1]}

; P2 does CAS(nil, 2) and succeeds
{:process 2, :type :invoke, :f :cas,  :value [nil 2]}
{:process 2, :type :ok,     :f :cas,  :value [nil 2]}
`
  expect(judge(text)).toBe(false)
  expect(judge(text.replaceAll('[nil 2]', '[1 2]'))).toBe(true)
})

test('a failure with an error that says nothing is no observation', () => {
  // Knossos' data/cas-register/bad/rethink-fail-smaller.edn has such ones where a server was lost.
  const text = `{:type :invoke, :f :write, :value 1, :process 0}
{:type :ok, :f :write, :value 1, :process 0}
{:type :invoke, :f :cas, :value [1 2], :process 0}
{:type :fail, :f :cas, :value [1 2], :process 0, :error nil}
`
  const observing = linearizable(configure())
  const valid = (history: string) =>
    observing(readHistoryFrom(history, 'h').history, unlimited).valid
  expect(valid(text)).toBe(true)
  expect(valid(text.replace(':error nil', ':exception {:via [A]}'))).toBe(true)
  expect(valid(text.replace(':error nil', ':exception :lost'))).toBe(true)
  expect(valid(text.replace(', :error nil', ''))).toBe(false)
})
