import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import { linearizable } from '../linearizable.ts'
import type { Model } from '../model.ts'
import { lines } from '../testing/histories.ts'
import counter, { configure as counterFrom } from './counter.ts'
import lock from './lock.ts'
import multiRegister, { configure as multiRegisterFrom } from './multi-register.ts'
import mutex from './mutex.ts'

const judge = (model: Model, ...text: readonly string[]) =>
  linearizable(model)(lines(...text), unlimited).valid

describe('a counter', () => {
  test('counts concurrent increments in either order', () => {
    const text = ['0 invoke increment', '1 invoke increment', '2 invoke read', '2 ok read 1']
    expect(judge(counter, ...text, '0 ok increment', '1 ok increment')).toBe(true)
  })
  test('never shows more than was added', () => {
    expect(judge(counter, '0 invoke add 2', '1 invoke read', '1 ok read 3')).toBe(false)
  })
  test('counts down', () => {
    const text = ['0 invoke decrement', '0 ok decrement', '0 invoke decrement 3', '0 ok decrement']
    expect(judge(counter, ...text, '0 invoke read', '0 ok read -4')).toBe(true)
  })
  test('gives the sum only where the operation says so', () => {
    expect(judge(counter, '0 invoke add 2', '0 ok add 2', '0 invoke add 2', '0 ok add 2')).toBe(
      true,
    )
    const text = ['0 invoke add-and-get 2', '0 ok add-and-get 2', '0 invoke add-and-get 2']
    expect(judge(counter, ...text, '0 ok add-and-get 2')).toBe(false)
    expect(judge(counter, ...text, '0 ok add-and-get 4')).toBe(true)
  })
  test('may begin elsewhere', () => {
    const text = ['0 invoke read', '0 ok read 7']
    expect(judge(counterFrom({ initial: 7 }), ...text)).toBe(true)
    expect(judge(counter, ...text)).toBe(false)
  })
  test('of halves is not one', () => {
    expect(judge(counter, '0 invoke add 0.5', '0 ok add 0.5')).toBe('unknown')
  })
})

// The shapes are those of Knossos' data/mutex/bad/etcd.edn: an acquire waits until it is its turn, a
// release overlaps the next acquire.
describe('a mutex', () => {
  test('passes from hand to hand while the release still runs', () => {
    const text = ['4 invoke acquire', '3 invoke acquire', '4 ok acquire', '4 invoke release']
    expect(judge(mutex, ...text, '3 ok acquire', '4 ok release')).toBe(true)
  })
  test('is not held twice', () => {
    const text = ['4 invoke acquire', '3 invoke acquire', '4 ok acquire', '3 ok acquire']
    expect(judge(mutex, ...text)).toBe(false)
    expect(judge(mutex, ...text, '4 invoke release', '4 ok release')).toBe(false)
  })
  test('is released by anybody, a lock is not', () => {
    const text = ['0 invoke acquire', '0 ok acquire', '1 invoke release', '1 ok release']
    expect(judge(mutex, ...text)).toBe(true)
    expect(judge(lock, ...text)).toBe(false)
  })
  test('that failed to be released is still held', () => {
    const text = [
      '1 invoke release',
      '1 fail release !not-held',
      '0 invoke acquire',
      '0 ok acquire',
    ]
    expect(judge(mutex, ...text)).toBe(true)
  })
})

describe('a lock', () => {
  const held = ['0 invoke acquire', '0 ok acquire 33']
  test('gives out growing fencing tokens', () => {
    const text = [...held, '0 invoke release', '0 ok release', '1 invoke acquire']
    expect(judge(lock, ...text, '1 ok acquire 34')).toBe(true)
    expect(judge(lock, ...text, '1 ok acquire 33')).toBe(false)
  })
  // Kleppmann, "How to do distributed locking" (2016): client 1 sleeps, its lease ends, client 2 gets
  // token 34 while client 1 still believes to hold the lock.
  test('is not held by two, whatever their tokens', () => {
    expect(judge(lock, ...held, '1 invoke acquire', '1 ok acquire 34')).toBe(false)
  })
  test('may be held for ever by a process whose acquire timed out, or never was', () => {
    const text = ['0 invoke acquire', '0 info acquire !timeout', '1 invoke acquire']
    expect(judge(lock, ...text)).toBe(true)
    expect(judge(lock, ...text, '1 ok acquire 1')).toBe(true)
  })
  test('is free after a release of unknown outcome, or later', () => {
    const text = [...held, '0 invoke release', '0 info release !timeout', '1 invoke acquire']
    expect(judge(lock, ...text, '1 ok acquire 34')).toBe(true)
  })
})

describe('several registers', () => {
  const zero = multiRegisterFrom({ initial: 0 })
  test('are read and written at once, in the shape of Knossos', () => {
    // The beginning of Knossos' data/multi-register/good/multi-register.edn.
    const text = [
      '3 invoke txn [["read","x",null]]',
      '2 invoke txn [["read","x",null],["read","y",null]]',
      '4 invoke txn [["write","y",2]]',
      '1 invoke txn [["write","x",0]]',
      '3 ok txn [["read","x",0]]',
      '2 ok txn [["read","x",0],["read","y",0]]',
      '4 ok txn [["write","y",2]]',
      '1 ok txn [["write","x",0]]',
      '3 invoke txn [["read","x",null],["read","y",null]]',
    ]
    expect(judge(zero, ...text, '3 ok txn [["read","x",0],["read","y",2]]')).toBe(true)
    expect(judge(zero, ...text, '3 ok txn [["read","x",0],["read","y",0]]')).toBe(false)
    expect(judge(multiRegister, ...text)).toBe(false)
  })
  test('show both writes of a transaction or none', () => {
    const text = ['0 invoke txn [["w","x",1],["w","y",1]]', '1 invoke txn [["r","x"],["r","y"]]']
    expect(judge(multiRegister, ...text, '1 ok txn [["r","x",1],["r","y",1]]')).toBe(true)
    expect(judge(multiRegister, ...text, '1 ok txn [["r","x",1],["r","y",null]]')).toBe(false)
  })
  test('show a transaction its own writes', () => {
    const text = '0 invoke txn [["w","x",1],["r","x"]]'
    expect(judge(multiRegister, text, '0 ok txn [["w","x",1],["r","x",1]]')).toBe(true)
    expect(judge(multiRegister, text, '0 ok txn [["w","x",1],["r","x",2]]')).toBe(false)
  })
  test('complete with the same list', () => {
    const text = ['0 invoke txn [["r","x"]]', '0 ok txn [["r","y",1]]']
    expect(judge(multiRegister, ...text)).toBe('unknown')
  })
})
