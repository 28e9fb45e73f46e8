import { expect, it } from 'vitest'
import { memberList } from './membership.ts'

it('lists who takes part by name, and who is to until then', () => {
  expect(memberList('g1=0a-1,g2=0b-2', 'g2,g4')).toEqual({
    members: ['g1'],
    pending: ['g2', 'g4'],
    identities: { g1: '0a-1', g2: '0b-2' },
  })
  expect(memberList('', '')).toEqual({ members: [], pending: [], identities: {} })
})
