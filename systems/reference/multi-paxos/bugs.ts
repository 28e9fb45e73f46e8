/** Mistakes that are easily made when one builds Multi-Paxos, each of which one build of ours makes on purpose. */
export const bugs = {
  MP1: 'promises are not kept on disk, so a restarted acceptor accepts what it had promised not to',
  MP2: 'a new leader proposes again what it has accepted itself, whatever the other promises name',
  MP3: 'ballots have no node in them, so two leaders may have the same',
  MP4: 'a learner carries out a chosen value although it lacks one before it',
  MP5: 'an acceptor says that it accepted before the value is safe on its disk',
  MP6: 'a promise says nothing of the slots that a snapshot stands for, so a leader that lags fills them anew',
} as const
export type Bug = keyof typeof bugs
