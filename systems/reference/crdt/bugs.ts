/** Mistakes in replicated data types and in their delivery, each of which one build of ours makes on purpose. */
export const bugs = {
  CD1: 'a merge of two counters adds them up, though it may come twice',
  CD2: 'a counter is one number, and the latest number wins',
  CD3: 'a node that restarts counts its dots from the start again, under its old name',
  CD4: 'a remove takes out whatever equal element a replica has, and not what was observed',
  CD5: 'a replica forgets what was removed before the others need have heard of it',
  CD6: 'timestamps are whole seconds, and where they are equal each replica keeps its own',
  CD7: 'a multi-value register shows one of its values',
  CD8: 'who needs changes that are not kept any more gets those that are, and never the whole state',
} as const
export type Bug = keyof typeof bugs
