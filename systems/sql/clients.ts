/**
 * The clients of every SQL database, by data type: what is done is the same everywhere, in the database's own SQL and over
 * its own connections.
 */
import {
  type Call,
  type Client,
  type ClientContext,
  DefiniteError,
  type Option,
  type OptionValues,
} from '../../harness/api.ts'
import type { Session } from './connection.ts'
import type { Dialect } from './dialect.ts'
import { bank } from './types/bank.ts'
import { asRows, asText, listAppend } from './types/list-append.ts'
import type { Operation } from './types/operation.ts'
import { predicate } from './types/predicate.ts'
import { register } from './types/register.ts'
import { rwRegister } from './types/rw-register.ts'
import { set } from './types/set.ts'

/** Opens what one client needs. @throws when it cannot; nothing was asked of the database then */
export type OpenSession = (context: ClientContext) => Promise<Session>

export const clientsOf = (dialect: Dialect, open: OpenSession) => {
  const client =
    <C extends Call>(operation: (options: OptionValues) => Operation<C>) =>
    async (context: ClientContext): Promise<Client<C>> =>
      onSession(await open(context), operation(context.options))
  const types = {
    register: register(dialect),
    listsAsText: listAppend(asText(dialect)),
    listsAsRows: listAppend(asRows),
    rwRegister: rwRegister(dialect),
    bank: bank(dialect),
  }
  return {
    register: client(() => types.register),
    set: client(() => set),
    'list-append': client(({ lists }) =>
      lists === 'rows' ? types.listsAsRows : types.listsAsText,
    ),
    'rw-register': client(() => types.rwRegister),
    bank: client(() => types.bank),
    predicate: client(() => predicate),
  }
}

/** The option that says how lists are kept, for all that speak `list-append`. */
export const lists: Option = {
  summary: 'how a list is kept: as one row of text, or as a row for each element (predicates)',
  default: 'text',
  choices: ['text', 'rows'],
}

const onSession = <C extends Call>(session: Session, operation: Operation<C>): Client<C> => {
  const close = (): void => {
    session.writes.close()
    session.reads.close()
  }
  return {
    invoke: async (call, signal) => {
      if (signal.aborted) throw new DefiniteError('aborted before anything was sent')
      // The answer must not reach a later operation, so the connections end with the one that is late.
      signal.addEventListener('abort', close, { once: true })
      try {
        return await operation(session, call)
      } finally {
        signal.removeEventListener('abort', close)
      }
    },
    close: async () => close(),
  }
}
