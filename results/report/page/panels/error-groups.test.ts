import { expect, test } from 'vitest'
import { type EventInput, History } from '../../../../checkers/history.ts'
import { OperationsDecoder } from '../../operations/decode.ts'
import { operationBlocks } from '../../operations/encode.ts'
import { Operations } from '../../operations/operations.ts'
import { errorGroups } from './error-groups.ts'

const operationsOf = (
  errors: readonly (readonly [string, 'fail' | 'info', string | undefined])[],
) => {
  const events = errors.flatMap(([f, type, error], process): EventInput[] => [
    { type: 'invoke', process, f, value: null },
    { type, process, f, value: null, ...(error === undefined ? {} : { error }) },
  ])
  const decoder = new OperationsDecoder()
  for (const block of operationBlocks(History.from(events))) decoder.add(block)
  return new Operations(decoder.data)
}

test('errors that differ in numbers, addresses and ids are one group, with its first and last', () => {
  const { groups, left } = errorGroups(
    operationsOf([
      ['read', 'fail', 'connect ECONNREFUSED 198.18.0.2:2379'],
      ['read', 'info', 'timed out after 3000 ms'],
      ['read', 'fail', 'connect ECONNREFUSED 198.18.0.3:2379'],
      ['write', 'fail', 'connect ECONNREFUSED 198.18.0.3:2379'],
      ['read', 'fail', undefined],
      ['read', 'fail', 'peer b590a76d4db95ed8 is gone'],
      ['read', 'fail', 'peer 27c8def53d454183 is gone'],
      ['read', 'fail', 'peer 693b484d88438dd7 is gone'],
    ]),
    3,
  )
  expect(groups).toEqual([
    {
      ...{ f: 'read', outcome: 'fail', says: 'peer … is gone', count: 3, first: 5, last: 7 },
      example: 'peer b590a76d4db95ed8 is gone',
    },
    {
      ...{
        f: 'read',
        outcome: 'fail',
        says: 'connect ECONNREFUSED …',
        count: 2,
        first: 0,
        last: 2,
      },
      example: 'connect ECONNREFUSED 198.18.0.2:2379',
    },
    {
      ...{ f: 'read', outcome: 'info', says: 'timed out after … ms', count: 1, first: 1, last: 1 },
      example: 'timed out after 3000 ms',
    },
  ])
  expect(left).toBe(1)
})

test('an error of a tested system stays one printable line', () => {
  const { groups } = errorGroups(operationsOf([['f', 'fail', 'a\nb\u202ec<script>']]), 10)
  expect(groups[0]!.example).toMatch(/^[^\p{C}]*$/u)
  expect(groups[0]!.example).toContain('<script>')
})
