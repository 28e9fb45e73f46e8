/** The level of isolation that a system's claim about single operations or about transactions comes to. */
import { isolationLevels, levelNamed } from './lattice.ts'

/** Claims about single operations, as said of transactions. */
const transactional: Readonly<Record<string, string>> = {
  linearizable: 'strict-serializable',
  sequential: 'strong-session-serializable',
}

/** The option by which a workload lets the level be chosen that its history is judged at. */
export const levelOption = (usual: string) => ({
  summary: 'the level of isolation that is judged; claimed: what the system promises',
  default: usual,
  choices: ['claimed', ...isolationLevels],
})

/** The level that the value of this option asks for: `claimed` is what the system promises. */
export const levelAsked = (option: string, claimed: string): string =>
  option === 'claimed' ? levelClaimed(claimed) : option

/** A level of the lattice; the weakest where transactions are promised nothing. */
export const levelClaimed = (claimed: string): string =>
  levelNamed(transactional[claimed] ?? claimed) ?? 'read-uncommitted'
