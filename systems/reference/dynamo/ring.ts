/**
 * Who keeps what (Dynamo, sections 4.2 and 4.3): the nodes stand in a ring, and what is in a partition is kept by the
 * first N from the place to which its name hashes. The rest, in the order of the ring, stand in for them.
 */

/** How many nodes keep a partition. */
export const N = 3

/** The partition of a key: `cells/0` of `cells/0/17`. */
export const partitionOf = (key: string): string => key.split('/', 2).join('/')

export class Ring {
  private readonly known = new Map<string, readonly string[]>()

  constructor(private readonly nodes: readonly string[]) {}

  /** The nodes that keep a key. */
  homes(key: string): readonly string[] {
    return this.preference(key).slice(0, N)
  }

  /** Those who stand in for them, the first first. */
  fallbacks(key: string): readonly string[] {
    return this.preference(key).slice(N)
  }

  isHome(node: string, key: string): boolean {
    return this.homes(key).includes(node)
  }

  private preference(key: string): readonly string[] {
    const partition = partitionOf(key)
    const known = this.known.get(partition)
    if (known !== undefined) return known
    const first = hash(partition) % this.nodes.length
    const list = [...this.nodes.slice(first), ...this.nodes.slice(0, first)]
    this.known.set(partition, list)
    return list
  }
}

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return sum >>> 0
}
