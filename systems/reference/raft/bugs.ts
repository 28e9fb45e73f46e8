/** Mistakes that people made when they built Raft, each of which one build of ours makes on purpose. */
export const bugs = {
  RA1: 'the term and the vote are not kept on disk, so a restarted node votes twice',
  RA2: 'a leader has no entry of its own and commits those of earlier terms by counting (Raft, figure 8)',
  RA3: 'a leader answers reads without asking whether it still leads',
  RA4: 'a leader answers a write before a majority has it',
  RA5: 'a follower keeps its own entries where they conflict with the leader’s',
  RA6: 'a node votes for candidates whose log is behind its own',
  RA7: 'a leader counts as stored what it has sent, without the answer',
  RA8: 'a follower that installs a snapshot takes for carried out all that is committed, not what the snapshot holds',
  RA9: 'a snapshot leaves out which requests were carried out, so one may be carried out again',
  RA10: 'a leader changes the membership before an entry of its own term is committed (Ongaro, raft-dev, 2015)',
  RA11: 'a leader looks no further for what to commit than the first entry of an earlier term',
  RA12: 'a follower says that it has stored entries which are not safe on its disk yet',
} as const
export type Bug = keyof typeof bugs
