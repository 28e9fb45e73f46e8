/**
 * Takes locks from holders who keep them too long, for they may be gone: a node that has seen somebody hold a lock
 * for as long as was agreed asks that this end, as a request like any other. It measures steady time from when it saw
 * that the holder was told, which is after the holder had asked; so it is never too early, whatever wall clocks
 * show. Who does not come to hear that it is its turn is passed over much sooner.
 */
import type { World } from '../../harness/api.ts'
import type { Claimant, LockCommand } from './locks.ts'
import type { Machine, MachineRequest } from './machine.ts'

/** How soon a client must hear that a lock is its own, ms. */
const HEAR_MS = 300

export class LockLeases {
  /** Holders whose time runs. */
  private readonly running = new Set<string>()

  /** @param end carries a request out, in its turn */
  constructor(
    private readonly world: World,
    private readonly machine: Machine,
    private readonly end: (request: MachineRequest) => void,
  ) {}

  /** To be called whenever somebody may have come to hold a lock. */
  look(): void {
    for (const { key, ...holder } of this.machine.holders()) {
      const name = nameOf(holder)
      if (this.running.has(name)) continue
      this.running.add(name)
      const { client, bid, ttlMs, told } = holder
      const command: LockCommand = { f: 'expire', key, bid, told }
      this.world.after(told > 0 ? ttlMs : HEAR_MS, () => {
        this.running.delete(name)
        const isHeld = this.machine.holders().some((one) => nameOf(one) === name)
        // Locks know a request by its bid: it needs no number.
        if (isHeld) this.end({ client, number: 0, command })
      })
    }
  }
}

const nameOf = ({ client, bid, told }: Claimant): string => `${client}/${bid}/${told}`
