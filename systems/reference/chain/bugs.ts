/** Mistakes that people made when they built chain replication, each of which one build of ours makes on purpose. */
export const bugs = {
  CR1: 'the head answers before the tail has the update',
  CR2: 'a node answers a read with a version that the tail may not have yet',
  CR3: 'a node answers a read with the last version it knows to be at the tail, without asking the tail',
  CR4: 'what was under way to a node that failed is not sent again to the node after it',
  CR5: 'a node takes updates that are sent again as new ones',
  CR6: 'a node answers reads without asking whether it is still in the chain',
} as const
export type Bug = keyof typeof bugs
