/** Mistakes in broadcast and in its orders, each of which one build of ours makes on purpose. */
export const bugs = {
  GO1: 'what is lost on its way is not sent again',
  GO2: 'a message counts as known before it is kept, so a crash between the two loses it',
  GO3: 'causal order minds the order of each sender’s messages alone',
  GO4: 'a message is delivered when its number is larger than the last one, and not the very next',
  GO5: 'a message that comes again is delivered again',
  GO6: 'a message that has waited long for its place in the total order is delivered without one',
  VC1: 'a node takes over the clock of what it delivers, and with it what the other knew of its own',
} as const
export type Bug = keyof typeof bugs
