/** For tests: how operations of each data type are drawn, and what one that works right answers. */
import fc from 'fast-check'
import casRegister from '../models/cas-register.ts'
import kv from '../models/kv.ts'
import register from '../models/register.ts'
import type { Subject } from './histories.ts'

type Value = number | null
const value = fc.nat(2)
/** A compare-and-set register; a refused one may tell what it saw. */
export const casSubject: Subject<Value> = {
  model: casRegister,
  initial: null,
  call: fc.oneof(
    fc.record({ f: fc.constant('read'), value: fc.constant(null) }),
    fc.record({ f: fc.constant('write'), value }),
    fc.record({ f: fc.constant('cas'), value: fc.tuple(value, value) }),
  ),
  perform: (state, { f, value: given }) => {
    if (f === 'read') return { state, type: 'ok', value: state }
    if (f === 'write') return { state: given as number, type: 'ok', value: given }
    const [from, to] = given as [number, number]
    if (state === from) return { state: to, type: 'ok', value: given }
    return { state, type: 'fail', value: to === 0 ? [from, to] : [from, to, state] }
  },
  wrong: ({ f, value: given }, pick) =>
    f === 'read' ? pick % 3 : f === 'cas' && pick < 50 ? [...(given as number[]), pick % 3] : given,
}

/** A register without compare-and-set. */
export const registerSubject: Subject<Value> = {
  ...casSubject,
  model: register,
  call: casSubject.call.filter(({ f }) => f !== 'cas'),
}

/** A key-value store with append. */
export const kvSubject: Subject<string> = {
  model: kv,
  initial: '',
  call: fc.record({
    f: fc.constantFrom('get', 'get', 'put', 'append'),
    value: fc.constantFrom('a', 'b', ''),
  }),
  perform: (state, { f, value: given }) => {
    if (f === 'get') return { state, type: 'ok', value: state }
    const after = f === 'put' ? String(given) : state + String(given)
    return { state: after, type: 'ok', value: given }
  },
  wrong: ({ f, value: given }, pick) =>
    f === 'get' ? ['', 'a', 'ab', 'b', 'aa', 'ba'][pick % 6] : given,
}
