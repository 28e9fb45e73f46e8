/**
 * Who is there, as a node that everybody reports to sees it: a node that has been silent for so many turns
 * counts as gone. Turns are steady time, which no wrong clock changes.
 */
export class Presence {
  private readonly silent: Map<string, number>

  /** After a start everybody has the benefit of the doubt. */
  constructor(
    nodes: readonly string[],
    private readonly most: number,
  ) {
    this.silent = new Map(nodes.map((name) => [name, 0]))
  }

  heard(name: string): void {
    if (this.silent.has(name)) this.silent.set(name, 0)
  }

  /** A turn is over. */
  turn(): void {
    for (const [name, turns] of this.silent) this.silent.set(name, turns + 1)
  }

  has(name: string): boolean {
    return (this.silent.get(name) ?? this.most) < this.most
  }

  /** All who are there, in the nodes' order. */
  all(): readonly string[] {
    return [...this.silent.keys()].filter((name) => this.has(name))
  }
}
