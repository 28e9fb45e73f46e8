/**
 * What the kernel's control groups say of a node: read by the agent where the node's process says that
 * its groups are, in both versions of control groups.
 */
import type { Agent } from './agent.ts'

/** A line `<controller> <file> <rest of the line>` for each line of each file wanted that is there. */
const reader = `
my ($pid, @wanted) = @ARGV;
open(my $list, '<', "/proc/$pid/cgroup") or exit 0;
my %group;
while (<$list>) {
  chomp;
  my (undef, $names, $path) = split /:/, $_, 3;
  $group{$_} = "/host/cgroup/$names$path" for length $names ? split(/,/, $names) : 'unified';
}
for (@wanted) {
  my ($controller, $file) = split m{/}, $_;
  open(my $lines, '<', ($group{$controller} || '-') . "/$file") or next;
  print "$controller $file $_" while <$lines>;
}`

/** The numbers of a group's files: `cpu.stat nr_throttled`, or `cpu.max` alone; `max` is absent. */
export type Readings = ReadonlyMap<string, number>

/** Reads files, named `<controller>/<file>`, of a process' groups; `unified` is version 2. */
export const readGroups = async (
  agent: Agent,
  pid: number,
  wanted: readonly string[],
): Promise<Readings> =>
  parseReadings(await agent.run(['perl', '-e', reader, String(pid), ...wanted]))

/** The last number of each line by the words before it. */
export const parseReadings = (text: string): Readings => {
  const readings = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, file, ...words] = line.split(' ')
    if (file === undefined) continue
    const value = words.pop()
    const name = [file, ...words].join(' ')
    if (value !== undefined && /^-?\d+$/.test(value)) readings.set(name, Number(value))
  }
  return readings
}
