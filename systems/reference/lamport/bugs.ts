/** Mistakes that people make with Lamport's clocks, each of which one build of ours makes. */
export const bugs = {
  LC1: 'a node carries its own request out as soon as it is the first it knows of, before all have acknowledged it',
  LC2: 'a clock does not move on when a message with a later time comes',
  LC3: 'requests with equal times are not ordered by node: each node takes its own for the earlier one',
  LC4: 'an acknowledgement counts at once, though requests that were sent before it are still on their way',
  LC5: 'the clock is not kept on disk, and starts anew with its node',
} as const
export type Bug = keyof typeof bugs
