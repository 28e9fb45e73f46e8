/**
 * The part of the agent's program that reads and writes the vDSO of other processes: the page of code
 * that the kernel maps into each of them, and into which it looks when it wants the time. What is
 * written there, and when, is decided in the harness.
 *
 * `vdso` gives the agent's own one. `scan <offset:length,...> <container id>:<hex>...` lists the processes
 * of containers whose bytes there differ from the given ones, as `<container> <pid> <base> <hex> <name>`;
 * `-` lists all. `poke <offset:hex,...> <pid>:<base>...` writes; `patch <windows> <changes> <pid>:<base>...`
 * does so with all threads of a process stopped and only if none of them is executing what lies in a
 * window (`from-to`, both included); a change is `offset:old:new`, where another old text than the one
 * given (or the new one) refuses the process, and `-` admits any. Offsets count from the vDSO's base.
 * Both answer a line a process: `<pid> ok`, `gone`, `busy`, `changed`, or an error's text.
 *
 * Threads are stopped by ptrace's SEIZE: no signal is seen by the process or its parent, stopped and
 * frozen processes remain so, some kernels admit such writes by a tracer only, and should the agent
 * die, the kernel lets all of them go.
 */

/** Perl's `$?` has no room for ptrace's events. */
const status = '$' + '{^CHILD_STATUS_NATIVE}'

export const agentMemory = String.raw`
use Config;
my $ptrace = $Config{archname} =~ /aarch64/ ? 117 : 101;
my ($SEIZE, $INTERRUPT, $DETACH, $EVENT_STOP, $WNOHANG_ALL) = (0x4206, 0x4207, 17, 128, 0x40000001);
my $ESRCH = 3;

# The control group of a container lies beside the agent's own; all of its processes are listed there.
sub pids {
  my ($container) = @_;
  for my $path (values %{groups('self')}) {
    (my $file = "$path/cgroup.procs") =~ s/(.*)[0-9a-f]{64}/$1$container/;
    return split ' ', slurp($file) if -e $file;
  }
  return;
}

# AT_SYSINFO_EHDR; undef for a process that is ending.
sub vdso_base {
  my $vector = slurp("/proc/$_[0]/auxv");
  return undef unless length $vector;
  my %value = unpack 'Q*', $vector;
  return $value{33} || 0;
}

sub peek {
  my ($pid, $at, $length) = @_;
  open(my $memory, '<', "/proc/$pid/mem") or return '';
  sysseek($memory, $at, 0);
  sysread($memory, my $text, $length) or return '';
  return $text;
}

sub poke {
  my ($pid, $at, $text) = @_;
  open(my $memory, '+<', "/proc/$pid/mem") or return 0;
  sysseek($memory, $at, 0);
  return (syswrite($memory, $text) || 0) == length $text;
}

sub vdso {
  my ($id) = @_;
  slurp('/proc/self/maps') =~ /^(\w+)-(\w+) .*\[vdso\]$/m or return answer($id, 1, '', 'no vDSO');
  my ($from, $to) = (hex $1, hex $2);
  answer($id, 0, unpack('H*', peek('self', $from, $to - $from)), '');
}

sub scan {
  my ($id, $ranges, @containers) = @_;
  my @ranges = map { [split /:/] } split /,/, $ranges;
  my $found = '';
  for (@containers) {
    my ($container, $known) = split /:/;
    for my $pid (pids($container)) {
      defined(my $base = vdso_base($pid)) or next;
      my $bytes = join '', map { unpack 'H*', peek($pid, $base + $_->[0], $_->[1]) } @ranges;
      next if $bytes eq $known;
      chomp(my $name = slurp("/proc/$pid/comm"));
      $found .= "$container $pid $base " . ($bytes || '-') . " $name\n";
    }
  }
  answer($id, 0, $found, '');
}

sub poke_all {
  my ($id, $changes, @processes) = @_;
  my @changes = map { [split /:/] } split /,/, $changes;
  my $said = '';
  for (@processes) {
    my ($pid, $base) = split /:/;
    my $ok = 1;
    $ok &&= poke($pid, $base + $_->[0], from_hex($_->[1])) for @changes;
    $said .= "$pid " . ($ok ? 'ok' : !-d "/proc/$pid" ? 'gone' : "cannot write: $!") . "\n";
  }
  answer($id, 0, $said, '');
}

# A text among the arguments of syscall would be passed by its address.
sub ptrace { my ($request, $thread, $data) = @_; syscall($ptrace, $request, $thread + 0, 0, $data + 0) }

sub clock_ms { slurp('/proc/uptime') =~ /(\S+)/; $1 * 1000 }

sub threads { map { m{(\d+)$} } glob "/proc/$_[0]/task/[0-9]*" }

# Stops every thread, and those that start meanwhile. Returns thread => signal to hand on, or an error.
sub hold {
  my ($pid) = @_;
  my %held;
  while (my @new = grep { !exists $held{$_} } threads($pid)) {
    for my $thread (@new) {
      $held{$thread} = 0;
      next if ptrace($SEIZE, $thread, 0) >= 0;
      next if $! + 0 == $ESRCH;
      my $why = "cannot be traced: $!";
      let_go(\%held);
      return $why;
    }
    ptrace($INTERRUPT, $_, 0) for @new;
    # One that wants to run gets its turn at some time; one that is frozen does not answer.
    my $until = clock_ms() + 1000;
    my $patience = 20;
    for my $thread (@new) {
      while (clock_ms() < $until) {
        my $changed = waitpid($thread, $WNOHANG_ALL);
        if ($changed == $thread && (${status} & 0xff) == 0x7f) {
          my $signal = ${status} >> 8 & 0xff;
          $held{$thread} = ${status} >> 16 == $EVENT_STOP ? 0 : $signal;
        }
        last if $changed || slurp("/proc/$pid/task/$thread/stat") !~ /.*\) R/s && --$patience < 0;
        select(undef, undef, undef, 0.0005);
      }
    }
  }
  return \%held;
}

sub let_go { my ($held) = @_; ptrace($DETACH, $_, $held->{$_}) for keys %$held }

# Whether a thread runs in spite of all, or stands where the text is about to change.
sub is_busy {
  my ($pid, $base, @windows) = @_;
  for my $thread (threads($pid)) {
    my $said = slurp("/proc/$pid/task/$thread/syscall");
    return 1 if $said =~ /^running/;
    my $counter = $said =~ /0x(\w+)$/ ? hex $1 : next;
    for (@windows) {
      my ($from, $to) = split /-/;
      return 1 if $counter >= $base + $from && $counter <= $base + $to;
    }
  }
  return 0;
}

sub patch {
  my ($pid, $base, $windows, @changes) = @_;
  return 'gone' unless -d "/proc/$pid";
  my $held = hold($pid);
  return $held unless ref $held;
  my $said = is_busy($pid, $base, split /,/, $windows) ? 'busy' : 'ok';
  for (@changes) {
    my ($offset, $old, $new) = split /:/;
    next if $said ne 'ok' || $old eq '-';
    my $is = unpack 'H*', peek($pid, $base + $offset, length($old) / 2);
    $said = 'changed' if $is ne $old && $is ne $new;
  }
  for (@changes) {
    last if $said ne 'ok';
    my ($offset, undef, $new) = split /:/;
    $said = "cannot write: $!" unless poke($pid, $base + $offset, from_hex($new));
  }
  $said = 'gone' if $said ne 'ok' && !threads($pid);
  let_go($held);
  return $said;
}

# In a process of its own: whoever traces must wait, and the kernel lets go when it ends.
sub patch_all {
  my ($id, $windows, $changes, @processes) = @_;
  start($id, '', sub {
    for (@processes) {
      my ($pid, $base) = split /:/;
      syswrite(STDOUT, "$pid " . patch($pid, $base, $windows eq '-' ? '' : $windows, split /,/, $changes) . "\n");
    }
    exit 0;
  });
}
`
