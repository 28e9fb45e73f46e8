/** Mistakes that people made when they built a primary with a backup, each of which one build of ours makes. */
export const bugs = {
  PB1: 'the primary answers reads without asking its backup, so a deposed one does',
  PB2: 'the view service goes on to the next view before the primary of this one has a backup that is whole',
  PB3: 'a backup serves clients that ask it, and takes updates of any view',
  PB4: 'the primary answers before its backup has the update',
  PB5: 'the state that a new backup gets lacks the updates under way, which count as contained in it',
  PB6: 'nobody remembers which requests were carried out, so one sent again is carried out again',
} as const
export type Bug = keyof typeof bugs
