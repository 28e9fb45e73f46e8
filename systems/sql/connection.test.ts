/** Which outcome a transaction has, whatever ends it and wherever. */
import { describe, expect, it } from 'vitest'
import { DefiniteError } from '../../harness/api.ts'
import { alone, type Connection, transaction } from './connection.ts'

const statement = { name: 'any', text: 'SELECT 1' }
const lost = new Error('Connection terminated unexpectedly')
const refused = new Error('refused')

/** A connection on which one step fails with an error; its server's word proves only `refused`. */
const failing = (step: 'run' | 'begin' | 'commit' | 'never', error?: unknown) => {
  const steps: string[] = []
  const take = async (name: string): Promise<void> => {
    steps.push(name)
    if (name === step) throw error
  }
  const connection: Connection = {
    run: () => take('run').then(() => []),
    begin: () => take('begin'),
    commit: () => take('commit'),
    settled: (thrown) => (thrown === refused ? new DefiniteError('refused') : thrown),
    close: () => steps.push('close'),
  }
  return { connection, steps }
}

const outcomeOf = (connection: Connection): Promise<unknown> =>
  transaction(connection, () => connection.run(statement)).catch((thrown: unknown) => thrown)

describe('a transaction', () => {
  it.each(['begin', 'run'] as const)(
    'has not happened when its connection breaks at %s',
    async (step) => {
      const { connection, steps } = failing(step, lost)
      expect(await outcomeOf(connection)).toEqual(new DefiniteError(lost.message))
      expect(steps).not.toContain('commit')
      expect(steps).toContain('close')
    },
  )

  it('may have happened when its connection breaks at COMMIT', async () => {
    const { connection, steps } = failing('commit', lost)
    expect(await outcomeOf(connection)).toBe(lost)
    expect(steps).toEqual(['begin', 'run', 'commit'])
  })

  it('has not happened when the server refuses its COMMIT', async () => {
    expect(await outcomeOf(failing('commit', refused).connection)).toBeInstanceOf(DefiniteError)
  })

  it('has not happened when the client itself gives it up', async () => {
    const { connection, steps } = failing('never')
    const poor = new DefiniteError('a1 has 3, less than 5')
    await expect(transaction(connection, () => Promise.reject(poor))).rejects.toBe(poor)
    expect(steps).toEqual(['begin', 'close'])
  })
})

describe('a statement that runs alone', () => {
  it('may have happened when its connection breaks, and has not when the server refuses it', async () => {
    await expect(alone(failing('run', lost).connection, statement)).rejects.toBe(lost)
    await expect(alone(failing('run', refused).connection, statement)).rejects.toBeInstanceOf(
      DefiniteError,
    )
  })
})
