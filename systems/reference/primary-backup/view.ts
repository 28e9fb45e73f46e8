/** What the view service and the servers say to each other. */

/** Who serves. Numbers rise, and no two views have the same. */
export interface View {
  readonly number: number
  readonly primary: string
  readonly backup: string | null
  /** Nothing was ever stored before it: its primary begins with nothing. */
  readonly founding: boolean
}

/** A server reports to the view service about so often, ms. */
export const PING_MS = 25

export interface Ping {
  /** The view that the server knows; 0: none. */
  readonly view: number
  /** Whether it has any state; one that lost its disk has not. */
  readonly whole: boolean
  /** Whether it could serve as that view's primary: its backup has everything that it has. */
  readonly ready: boolean
}
