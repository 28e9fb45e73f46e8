/** The weak levels: what each asks for, and which implies which (Biswas & Enea, OOPSLA 2019; Cerone et al., CONCUR 2015). */

/** What a transaction has seen of others when it reads, by how much each level asks for. */
export const views = ['read-committed', 'monotonic-atomic-view', 'read-atomic', 'causal'] as const

/** A weak level. */
export interface Level {
  readonly view: (typeof views)[number]
  /** Whether sessions count: a transaction follows, and has seen, those before it in its session. */
  readonly sessions: boolean
}

/** Whether what keeps a level keeps another one. */
export const implies = (level: Level, other: Level): boolean =>
  views.indexOf(level.view) >= views.indexOf(other.view) && (level.sessions || !other.sessions)
