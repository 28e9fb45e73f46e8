/**
 * The program that runs inside the agent's container: perl, because every Debian image has it, and
 * no more than a multiplexer. It runs commands side by side and reads what the kernel says of a
 * process; everything else is decided in the harness.
 *
 * A request is a line `<id> run <hex stdin> <hex argument>...`, `<id> enter <pid> <setns> <hex stdin>
 * <hex argument>...` (the same in the process' network namespace; setns is that system call's number:
 * nsenter would be one program more to start) or `<id> state <pid>`; the answer, in any order, `<id> <exit code> <hex stdout> <hex stderr>`. An empty text is written `-`. What is
 * asked about processes' memory stands in agent-memory.ts.
 */
import { agentMemory } from './agent-memory.ts'

export const agentLoop = String.raw`
use strict; $SIG{PIPE} = 'IGNORE';
my ($input, %reading) = ('');
sub from_hex { $_[0] eq '-' ? '' : pack('H*', $_[0]) }
sub to_hex { length $_[0] ? unpack('H*', $_[0]) : '-' }
sub slurp {
  open(my $file, '<', $_[0]) or return '';
  local $/;
  my $text = <$file>;
  defined $text ? $text : '';
}

sub answer {
  my ($id, $code, $out, $err) = @_;
  my $line = "$id $code " . to_hex($out) . ' ' . to_hex($err) . "\n";
  while (length $line) {
    my $written = syswrite(STDOUT, $line);
    exit 1 unless defined $written;
    substr($line, 0, $written) = '';
  }
}

# One pipe for each of the child's three streams; the job is done when both outputs have ended.
sub start {
  my ($id, $stdin, $work) = @_;
  pipe(my $in_read, my $in_write);
  pipe(my $out_read, my $out_write);
  pipe(my $err_read, my $err_write);
  my $pid = fork;
  return answer($id, 126, '', "cannot fork: $!") unless defined $pid;
  if (!$pid) {
    $SIG{PIPE} = 'DEFAULT';
    open(STDIN, '<&', $in_read); open(STDOUT, '>&', $out_write); open(STDERR, '>&', $err_write);
    $work->();
  }
  close $_ for $in_read, $out_write, $err_write;
  syswrite($in_write, $stdin); close $in_write;
  my $job = { id => $id, pid => $pid, open => 2, out => '', err => '' };
  $reading{fileno $out_read} = { job => $job, name => 'out', file => $out_read };
  $reading{fileno $err_read} = { job => $job, name => 'err', file => $err_read };
}

sub run {
  my ($id, $pid, $setns, $stdin, @argv) = @_;
  start($id, $stdin, sub {
    if ($pid) {
      my $is_open = open(my $space, '<', "/proc/$pid/ns/net");
      unless ($is_open && syscall($setns + 0, fileno $space, 0x40000000) == 0) {
        print STDERR "cannot enter the network of process $pid: $!";
        exit 126;
      }
    }
    exec { $argv[0] } @argv or print STDERR "cannot run $argv[0]: $!";
    exit 127;
  });
}

sub finish {
  my ($job) = @_;
  waitpid($job->{pid}, 0);
  answer($job->{id}, $? & 127 ? 128 + ($? & 127) : $? >> 8, $job->{out}, $job->{err});
}

# The process' control groups by controller; '' is the unified hierarchy (version 2).
sub groups {
  my %group;
  for (split /\n/, slurp("/proc/$_[0]/cgroup")) {
    my (undef, $names, $path) = split /:/, $_, 3;
    $group{$_} = "/host/cgroup/$names$path" for length $names ? split(/,/, $names) : '';
  }
  return \%group;
}

# Without readable control groups: ticks (10 ms) of all processes in the same pid namespace.
sub ticks_ns {
  my ($sum, $space) = (0, readlink("/proc/$_[0]/ns/pid"));
  for my $folder (glob '/proc/[0-9]*') {
    next unless defined $space && (readlink("$folder/ns/pid") || '') eq $space;
    slurp("$folder/stat") =~ /.*\) (.*)/s or next;
    my @field = split / /, $1;
    $sum += $field[11] + $field[12];
  }
  return $sum * 10_000_000;
}

sub state {
  my ($id, $pid) = @_;
  slurp("/proc/$pid/stat") =~ /.*\) (.*)/s or return answer($id, 1, '', 'gone');
  my ($state, $start) = (split / /, $1)[0, 19];
  my $group = groups($pid);
  my $used = slurp(($group->{cpuacct} || '-') . '/cpuacct.usage');
  my $unified = $group->{''} || '-';
  $used = $1 * 1000 if $used !~ /\d/ && slurp("$unified/cpu.stat") =~ /usage_usec (\d+)/;
  $used = ticks_ns($pid) if $used !~ /\d/;
  my $frozen = slurp(($group->{freezer} || '-') . '/freezer.state') =~ /FROZEN/
    || slurp("$unified/cgroup.events") =~ /frozen 1/ ? 1 : 0;
  chomp $used;
  answer($id, 0, "$state $start $used $frozen", '');
}

${agentMemory}
sub handle {
  my ($id, $command, @rest) = split / /, $_[0];
  if ($command eq 'run') { run($id, 0, 0, map { from_hex($_) } @rest) }
  elsif ($command eq 'enter') { run($id, splice(@rest, 0, 2), map { from_hex($_) } @rest) }
  elsif ($command eq 'state') { state($id, @rest) }
  elsif ($command eq 'vdso') { vdso($id) }
  elsif ($command eq 'scan') { scan($id, @rest) }
  elsif ($command eq 'poke') { poke_all($id, @rest) }
  elsif ($command eq 'patch') { patch_all($id, @rest) }
  else { answer($id, 125, '', "unknown command $command") }
}

while (1) {
  my $ready = '';
  vec($ready, $_, 1) = 1 for 0, keys %reading;
  next if select($ready, undef, undef, undef) < 0;
  for my $number (keys %reading) {
    next unless vec($ready, $number, 1);
    my ($job, $name, $file) = @{$reading{$number}}{qw(job name file)};
    next if sysread($file, $job->{$name}, 65536, length $job->{$name});
    delete $reading{$number}; close $file;
    finish($job) unless --$job->{open};
  }
  if (vec($ready, 0, 1)) {
    exit 0 unless sysread(STDIN, $input, 65536, length $input);
    handle($1) while $input =~ s/^(.*)\n//;
  }
}
`
