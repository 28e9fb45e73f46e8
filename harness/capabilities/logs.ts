/** What the cluster's nodes print, while they print it. */

/** One line that a node printed. */
export interface PrintedLine {
  readonly node: string
  readonly text: string
}

export interface Logs {
  /**
   * Hears every line that any node prints from now on, also after it was started again. Resolves when it
   * listens, with what ends it. A line may come some ms late, and never twice.
   */
  follow(listen: (line: PrintedLine) => void): Promise<() => void>
}
