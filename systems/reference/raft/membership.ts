/**
 * Who belongs to the cluster. It changes by one server at a time, so that any majority before and any after have
 * a server in common (Ongaro, "Consensus: Bridging Theory and Practice", 2014, section 4.1). The latest
 * configuration in a server's log is the one it follows, committed or not.
 *
 * A server is known by its name and an identity that it draws when it starts with an empty disk: one that has lost
 * its disk has forgotten its votes and what it said it had stored, so it is another server under the same name,
 * and counts for nothing until it was removed and added again.
 */
import type { Json } from '../../../harness/api.ts'

export interface Configuration {
  /** Name → identity. */
  readonly voters: Readonly<Record<string, string>>
  /** Servers that were added: they get the log and count when they have caught up (section 4.2.1). */
  readonly learners: readonly string[]
}

/** What a client asks for. */
export type Change =
  | { readonly add: string; readonly remove?: never }
  | { readonly remove: string; readonly add?: never }

export const isVoter = (
  { voters }: Configuration,
  name: string,
  identity: Json | undefined,
): boolean => voters[name] !== undefined && voters[name] === identity

/** Whether these voters are more than half of them. */
export const isMajority = ({ voters }: Configuration, names: Iterable<string>): boolean => {
  const count = [...names].filter((name) => name in voters).length
  return count > Object.keys(voters).length / 2
}

/** The configuration with one server more that catches up, or one less; the same when it is so already. */
export const changed = (configuration: Configuration, { add, remove }: Change): Configuration => {
  const { voters, learners } = configuration
  if (remove !== undefined) {
    const { [remove]: gone, ...rest } = voters
    const isThere = gone !== undefined || learners.includes(remove)
    const others = learners.filter((name) => name !== remove)
    return isThere ? { voters: rest, learners: others } : configuration
  }
  if (add in voters || learners.includes(add)) return configuration
  return { voters, learners: [...learners, add] }
}

/** The configuration in which a server that has caught up counts. */
export const promoted = (
  { voters, learners }: Configuration,
  name: string,
  identity: string,
): Configuration => ({
  voters: { ...voters, [name]: identity },
  learners: learners.filter((other) => other !== name),
})
