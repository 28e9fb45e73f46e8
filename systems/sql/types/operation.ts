/** What a data type does with one call of a workload. */
import type { Call } from '../../../harness/api.ts'
import type { Session } from '../connection.ts'

/** @throws DefiniteError when the call certainly did not happen */
export type Operation<C extends Call> = (session: Session, call: C) => Promise<C['value']>
