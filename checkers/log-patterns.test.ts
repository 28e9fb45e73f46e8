import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import { type LogLine, logPatterns } from './log-patterns.ts'

const lines = (...text: readonly string[]): readonly LogLine[] =>
  text.map((line, at) => ({ node: 'n1', file: 'db.log', number: at + 1, text: line }))
const judge = (...text: readonly string[]) => logPatterns()(lines(...text), unlimited)

/** Lines as the programs write them: Go runtime and race detector, etcd, PostgreSQL, Redis, the JVM, Rust, glibc, sanitizers. */
const telling: Record<string, readonly string[]> = {
  panic: [
    'panic: runtime error: index out of range [3] with length 3',
    '{"level":"panic","ts":"2026-01-01T00:00:00Z","caller":"etcdserver/server.go","msg":"failed to recover"}',
    "thread 'main' panicked at src/main.rs:4:5:",
    '2026-01-01 00:00:00 UTC [31] PANIC:  could not locate a valid checkpoint record',
    'fatal error: concurrent map writes',
  ],
  'data-race': ['WARNING: DATA RACE', 'WARNING: ThreadSanitizer: data race (pid=7)'],
  assertion: [
    "redis-server: t_list.c:42: listPush: Assertion `o != NULL' failed.",
    'TRAP: failed Assert("BufferIsValid(buffer)"), File: "bufmgr.c", Line: 12',
    'Exception in thread "main" java.lang.AssertionError: expected 1',
    'assertion failed: self.len <= self.cap',
  ],
  'out-of-memory': [
    'java.lang.OutOfMemoryError: Java heap space',
    'fatal error: runtime: out of memory',
    "terminate called after throwing an instance of 'std::bad_alloc'",
  ],
  corruption: [
    'found data inconsistency with peers',
    'wal: crc mismatch',
    'invalid page in block 7 of relation base/1/2',
  ],
  'segmentation-fault': [
    '[signal SIGSEGV: segmentation violation code=0x1]',
    '=== REDIS BUG REPORT START: Cut & paste ===',
  ],
  deadlock: ['fatal error: all goroutines are asleep - deadlock!'],
  sanitizer: ['==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1'],
}

describe('a line of a broken program is found', () => {
  for (const [type, some] of Object.entries(telling))
    test.each(some)(`${type}: %s`, (text) => {
      expect(judge('ready', text)).toMatchObject({
        valid: false,
        anomalies: [{ type, elements: ['n1/db.log:2'] }],
        stats: { lines: 2, [type]: 1 },
      })
    })
})

test('lines of healthy programs are not', () => {
  const verdict = judge(
    '{"level":"info","msg":"raft.node: 1 elected leader 1 at term 2"}',
    '{"level":"warn","msg":"apply request took too long"}',
    'Server initialized; vm.overcommit_memory must be enabled, or saves may fail under low memory condition',
    'LOG:  database system was not properly shut down; automatic recovery in progress',
    'FATAL:  terminating connection due to administrator command',
    'panicking is not what this server does',
  )
  expect(verdict).toEqual({ valid: true, stats: { lines: 6 } })
})

test('exceptions are left out, and other patterns can be given', () => {
  const check = logPatterns({
    patterns: [{ name: 'slow', pattern: /took too long/ }],
    except: [/expected/],
  })
  const some = lines('took too long', 'took too long, as expected', 'panic: x')
  expect(check(some, unlimited)).toMatchObject({
    anomalies: [{ type: 'slow', summary: '1 line in the logs; first n1, db.log:1: took too long' }],
  })
})

test('many lines are counted, and ten shown', () => {
  const verdict = judge(...Array.from({ length: 25 }, () => 'panic: x'))
  expect(verdict.valid === false && verdict.anomalies[0].elements).toHaveLength(10)
  expect(verdict.stats).toMatchObject({ panic: 25 })
})

test('without a line nothing is known, and the limits end it', () => {
  expect(judge()).toMatchObject({ valid: 'unknown', reason: 'there are no log lines' })
  const endless = Array.from({ length: 5000 }, () => 'x')
  expect(logPatterns()(lines(...endless), { exceeded: () => 'beyond the time limit' })).toEqual({
    valid: 'unknown',
    reason: 'beyond the time limit',
  })
})
