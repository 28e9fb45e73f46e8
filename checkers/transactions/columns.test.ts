import { describe, expect, test } from 'vitest'
import { type EventInput, FAIL, History, INFO, NONE, OK } from '../history.ts'
import {
  APPEND,
  type DataType,
  indexOf,
  keyOf,
  NULL_CODE,
  READ,
  SCALAR,
  scalarOf,
  transactionsOf,
} from './columns.ts'
import { Writers } from './writers.ts'

const txn = (type: EventInput['type'], process: number, value: unknown): EventInput => ({
  type,
  process,
  f: 'txn',
  value,
})

const columnsOf = (type: DataType, ...events: EventInput[]) =>
  transactionsOf(History.from(events), type)

describe('columns', () => {
  const columns = columnsOf(
    'list-append',
    txn('invoke', 0, [
      ['append', 'x', 1],
      ['r', 'y', null],
    ]),
    txn('invoke', 1, [['append', 'x', 'two']]),
    txn('ok', 0, [
      ['append', 'x', 1],
      ['r', 'y', [7, 8]],
    ]),
    txn('invoke', 0, [['r', 'y', null]]),
    txn('info', 1, [['append', 'x', 'two']]),
    txn('ok', 0, [['r', 'y', [7]]]),
    txn('invoke', 2, []),
    txn('invoke', 3, [['append', 7, 1]]),
    txn('fail', 3, [['append', 7, 1]]),
    txn('ok', 2, []),
  )

  test('hold a row for each transaction', () => {
    expect(columns.size).toBe(5)
    expect([...columns.invoked]).toEqual([0, 1, 3, 6, 7])
    expect([...columns.completed]).toEqual([2, 4, 5, 9, 8])
    expect([...columns.outcome]).toEqual([OK, INFO, OK, OK, FAIL])
    expect([0, 1, 2].map((at) => columns.end[at]! - columns.first[at]!)).toEqual([2, 1, 1])
    expect(columns.end[3]).toBe(columns.first[3])
    expect(indexOf(columns, 2)).toBe(3)
  })

  test('hold the micro-operations of the completion', () => {
    const [at, next] = [columns.first[0]!, columns.first[0]! + 1]
    expect([columns.kind[at], columns.value[at], columns.length[at]]).toEqual([APPEND, 1, SCALAR])
    expect(keyOf(columns, columns.key[at]!)).toBe('x')
    expect([columns.kind[next], columns.length[next]]).toEqual([READ, 2])
    expect(columns.names.lists.values(columns.value[next]!, 2)).toEqual([7, 8])
    expect(columns.owner[next]).toBe(0)
    expect(scalarOf(columns, columns.value[columns.first[1]!]!)).toBe('two')
  })

  test('keep reads of one key as prefixes of one list', () => {
    const [long, short] = [columns.first[0]! + 1, columns.first[2]!]
    expect(columns.value[short]).toBe(columns.value[long])
    expect(columns.length[short]).toBe(1)
  })

  test('tell who wrote a value', () => {
    const writers = new Writers(columns)
    const [x, two] = [columns.key[columns.first[0]!]!, columns.value[columns.first[1]!]!]
    expect(writers.of(x, 1)).toBe(columns.first[0])
    expect(writers.of(x, two)).toBe(columns.first[1])
    expect(writers.of(columns.key[columns.first[0]! + 1]!, 7)).toBe(NONE)
    expect(writers.duplicates).toEqual([])
  })
})

test('a value that is written twice is told', () => {
  const writing = [['w', 'x', 1]]
  const columns = columnsOf('rw-register', txn('invoke', 0, writing), txn('invoke', 1, writing))
  const writers = new Writers(columns)
  expect(writers.duplicates).toEqual([columns.first[1]])
  expect(writers.of(0, 1)).toBe(columns.first[0])
  expect(columns.value[columns.first[0]!]).not.toBe(NULL_CODE)
})

describe('what is no transaction of the data type is refused in one line', () => {
  const refused: readonly (readonly [DataType, EventInput[], string])[] = [
    ['list-append', [txn('invoke', 0, null)], 'operation 0: value null: expected micro-operations'],
    ['list-append', [{ type: 'invoke', process: 0, f: 'read', value: null }], 'f "read": expected'],
    [
      'list-append',
      [{ ...txn('invoke', 0, [['append', 'x', 1]]), key: 7 }],
      'operation 0: it has a key: expected keys in the micro-operations alone',
    ],
    ['list-append', [txn('invoke', 0, [['w', 'x', 1]])], 'micro-operation ["w","x",1]: expected'],
    ['rw-register', [txn('invoke', 0, [['append', 'x', 1]])], '["append","x",1]: expected ["w"'],
    ['list-append', [txn('invoke', 0, [['inc', 'x', 1]])], '["inc","x",1]: expected ["append"'],
    ['rw-register', [txn('invoke', 0, [['w', 'x', null]])], '["w","x",null]: expected'],
    ['rw-register', [txn('invoke', 0, [['w', 'x']])], 'value [["w","x"]]: expected micro-op'],
    ['list-append', [txn('invoke', 0, [['append', 'x', { a: 1 }]])], 'expected micro-operations'],
    [
      'list-append',
      [txn('invoke', 0, [['r', 'x', null]]), txn('ok', 0, [['r', 'x', 3]])],
      'operation 1: micro-operation ["r","x",3]: expected',
    ],
    [
      'list-append',
      [txn('invoke', 0, [['append', 'x', 1]]), txn('ok', 0, [['append', 'x', 2]])],
      'expected that of its invocation',
    ],
    [
      'list-append',
      [txn('invoke', 0, [['append', 'x', 1]]), txn('ok', 0, [['append', 'y', 1]])],
      'value [["append","y",1]]: expected that of its invocation, [["append","x",1]]',
    ],
  ]
  test.each(refused)('%s %#', (type, events, message) => {
    expect(() => columnsOf(type, ...events)).toThrow(message)
  })
})
