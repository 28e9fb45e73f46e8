/**
 * The program that holds packets back: perl, because the agent's image has it. It runs in a node's
 * network namespace, where the kernel queues packets of the chosen links to it (NFQUEUE), and gives each
 * its verdict later, changed, or not before it is told to. Every kind of shaping is a stage of its own
 * that a packet passes, so that they hold side by side; counts say how many packets came to a stage and
 * how many it touched. It is needed where the kernel has no netem, and for holding everywhere.
 *
 * `perl -e PROGRAM CLOCK HOLDER COMMAND` first looks for the one that is running, by an abstract socket,
 * whose names are the network namespace's own; with `set` it starts one where there is none. Then it
 * loads the rules that queue the links of all kinds (iptables, because kernels without nft's queue have
 * its), in the table `security`, which nobody else uses in a container. `--queue-bypass` lets packets
 * pass when the program is dead, and it ends by itself when the namespace's owner (HOLDER) is gone.
 *
 *   set KIND A B C WAY:ADDRESS...   A, B and C as the kind needs them
 *   clear KIND                      lets go at once what waits because of it
 *   counts                          lines `KIND WAY:ADDRESS packets touched`
 *
 * CLOCK is the number of the system call clock_gettime: perl-base has no module for it.
 */
export const queueProgram = String.raw`
use strict; use Socket qw(:all);
my ($clock, $holder, $command) = @ARGV;
my ($number, $name) = (7, pack_sockaddr_un("\0schism-queue"));
my ($queue, %kinds, %waiting_of, @waiting, @held);

sub now {
  my $time = "\0" x 16;
  syscall($clock, 1, $time);
  my ($s, $ns) = unpack 'qq', $time;
  $s + $ns / 1e9;
}

# ---- talking to the running one

sub ask {
  my ($line, $all) = ($_[0], '');
  socket(my $to, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
  connect($to, $name) or return undef;
  syswrite($to, "$line\n");
  1 while sysread($to, $all, 65536, length $all);
  $all;
}

# Connection tracking takes the packets of a flow that wait before its first one is through for rivals
# of it, and drops them: so it does not see them.
sub untracked {
  my @ends = @_;
  my @chains = map {
    my ($way, $hook, $side) = @$_;
    my @addresses = map { /^$way:(.*)/ ? $1 : () } @ends;
    my @rules = map { (/:/ ? 'ip6' : 'ip') . " $side $_ notrack\n" } @addresses;
    "chain $hook {\ntype filter hook $hook priority -300\n@{[join '', @rules]}}\n";
  } (['in', 'prerouting', 'saddr'], ['out', 'output', 'daddr']);
  "table inet schism_queue {}\nflush table inet schism_queue\ntable inet schism_queue {\n@{[join '', @chains]}}\n";
}

sub queued {
  my ($six, @ends) = @_;
  my @rules = map {
    my ($way, $address) = /^(in|out):(.*)/;
    my ($chain, $side) = $way eq 'in' ? ('INPUT', '-s') : ('OUTPUT', '-d');
    ($address =~ /:/ ? 1 : 0) == $six
      ? "-A $chain $side $address -j NFQUEUE --queue-num $number --queue-bypass\n" : ();
  } @ends;
  unshift @rules, map {
    my $chain = $_;
    map { "-A $chain -p icmpv6 --icmpv6-type neighbour-$_ -j RETURN\n" } qw(solicitation advertisement);
  } qw(INPUT OUTPUT) if $six && @rules;
  "*security\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n@{[join '', @rules]}COMMIT\n";
}

sub load {
  my @loads = map {
    my ($program, $text) = @$_;
    open(my $load, '|-', $program) or die "$program: $!";
    syswrite($load, $text);
    $load;
  } (
    ['nft -f -', untracked(@_)],
    ['iptables-nft-restore', queued(0, @_)],
    -e '/proc/sys/net/ipv6' ? ['ip6tables-nft-restore', queued(1, @_)] : (),
  );
  for (@loads) { close $_ or die "cannot load the rules of queues\n" }
}

sub unload {
  open(my $nft, '|-', 'nft -f -') or die "nft: $!";
  my @tables = ('ip security', 'ip6 security', 'inet schism_queue');
  syswrite($nft, join '', map { "table $_ {}\ndelete table $_\n" } @tables);
  close $nft or die "cannot delete the rules of queues\n";
}

# ---- netlink

sub attribute {
  my ($type, $data) = @_;
  pack('SS', 4 + length $data, $type) . $data . "\0" x (-length($data) % 4);
}

sub post {
  my ($type, $flags, $payload) = @_;
  my $body = pack('CCn', 0, 0, $number) . $payload;
  send($queue, pack('LSSLL', 16 + length $body, 3 << 8 | $type, $flags, 0, 0) . $body, 0);
}

sub insist {
  post(2, 5, $_[0]);
  recv($queue, my $answer, 65536, 0);
  my ($type, $error) = unpack 'x4 S x10 l', $answer;
  if ($type == 2 && $error) { $! = -$error; die "the kernel queues no packets: $!\n" }
}

# Segments that the network card would cut stay whole, unless their bytes matter.
sub set_mode {
  my $bytes = $kinds{corrupt} ? 0xffff : 40;
  post(2, 1, attribute(2, pack 'NC', $bytes, 2));
  post(2, 1, attribute(4, pack 'N', 4) . attribute(5, pack 'N', $kinds{corrupt} ? 0 : 4));
}

sub open_queue {
  socket($queue, 16, SOCK_RAW, 12) or die "netlink: $!";
  setsockopt($queue, SOL_SOCKET, 33, pack 'i', 16 << 20);
  setsockopt($queue, 270, 5, pack 'i', 1);
  bind($queue, pack 'SSLL', 16, 0, 0, 0) or die "netlink: $!";
  insist(attribute(1, pack 'CCn', 1, 0, 2));
  post(2, 1, attribute(3, pack 'N', 100_000));
}

sub verdict {
  my ($id, $changed) = @_;
  post(1, 1, attribute(2, pack 'NN', 1, $id) . (defined $changed ? attribute(10, $changed) : ''));
}

# ---- packets

sub deviate {
  my ($kind) = @_;
  return 2 * rand() - 1 if $kind eq 'uniform';
  return sqrt(-2 * log(1 - rand)) * cos(6.283185307 * rand) if $kind eq 'normal';
  return ((1 - rand) ** (-1 / 3) - 1.5) / 0.866;
}

# The kinds of a link, and whether a packet of it is one of the share that is touched.
sub stage {
  my ($kind, $end) = @_;
  my $stage = $kinds{$kind} && $kinds{$kind}{$end} or return;
  $stage->{packets}++;
  return if ($kind eq 'corrupt' || $kind eq 'reorder') && rand(100) >= $stage->{values}[0];
  $stage->{touched}++;
  return @{$stage->{values}};
}

sub packet {
  my ($id, $hook, $bytes) = @_;
  my ($in, $four) = ($hook == 1, ord($bytes) >> 4 == 4);
  my ($start, $size) = $four ? ($in ? 12 : 16, 4) : ($in ? 8 : 24, 16);
  my $address = inet_ntop($four ? AF_INET : AF_INET6, substr $bytes, $start, $size);
  my $end = ($in ? 'in:' : 'out:') . $address;
  my ($due, $changed) = (0);
  if (stage('corrupt', $end)) {
    my $header = $four ? 4 * (ord($bytes) & 15) : 40;
    my $at = $header + int rand(length($bytes) - $header);
    substr($bytes, $at, 1) ^= chr(1 << int rand 8) if $at < length $bytes;
    $changed = $bytes;
  }
  if (my ($ms, $jitter, $kind) = stage('delay', $end)) {
    my $wait = $ms + ($jitter > 0 ? $jitter * deviate($kind) : 0);
    $due += $wait / 1000 if $wait > 0;
  }
  if (my (undef, $gap) = stage('reorder', $end)) { $due += $gap / 1000 }
  if (defined(my $is_held = (stage('hold', $end))[0])) { push @held, [0, $id, $changed] }
  elsif ($due <= 0) { verdict($id, $changed) }
  else { await([now() + $due, $id, $changed]) }
}

# Sorted by time; most packets belong near the end.
sub await {
  my ($packet) = @_;
  my ($low, $high) = (0, scalar @waiting);
  if (!@waiting || $waiting[-1][0] <= $packet->[0]) { push @waiting, $packet; return }
  while ($low < $high) {
    my $middle = ($low + $high) >> 1;
    if ($waiting[$middle][0] <= $packet->[0]) { $low = $middle + 1 } else { $high = $middle }
  }
  splice @waiting, $low, 0, $packet;
}

sub receive {
  defined recv($queue, my $data, 131072, $_[0] || 0) or return 0;
  my $at = 0;
  while ($at + 16 <= length $data) {
    my ($length, $type) = unpack "x$at LS", $data;
    last if $length < 16;
    if ($type == 3 << 8) {
      my ($id, $hook, $bytes, $next) = (undef, 0, '', $at + 20);
      while ($next + 4 <= $at + $length) {
        my ($size, $kind) = unpack "x$next SS", $data;
        last if $size < 4;
        $kind &= 0x7fff;
        ($id, $hook) = unpack 'x' . ($next + 4) . ' N x2 C', $data if $kind == 1;
        $bytes = substr $data, $next + 4, $size - 4 if $kind == 10;
        $next += $size + 3 & ~3;
      }
      if (length $bytes) { packet($id, $hook, $bytes) } elsif (defined $id) { verdict($id) }
    }
    $at += $length + 3 & ~3;
  }
  1;
}

sub release { verdict($_->[1], $_->[2]) for splice @{$_[0]} }

# ---- commands

sub canonical {
  my ($way, $address) = $_[0] =~ /^(in|out):(.*)/;
  my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
  "$way:" . inet_ntop($family, inet_pton($family, $address));
}

sub ends {
  my %ends;
  $ends{$_} = 1 for map { keys %$_ } values %kinds;
  join ' ', sort keys %ends;
}

sub obey {
  my ($verb, $kind, @rest) = split / /, $_[0];
  if ($verb eq 'set') {
    my @values = splice @rest, 0, 3;
    $kinds{$kind} = { map { canonical($_) => { values => [@values], packets => 0, touched => 0 } } @rest };
    set_mode();
    return ends();
  }
  if ($verb eq 'clear') {
    delete $kinds{$kind};
    release($kind eq 'hold' ? \@held : \@waiting);
    set_mode();
    return ends();
  }
  return join '', map {
    my $kind = $_;
    map { "$kind $_ $kinds{$kind}{$_}{packets} $kinds{$kind}{$_}{touched}\n" } sort keys %{$kinds{$kind}};
  } sort keys %kinds if $verb eq 'counts';
  '';
}

sub serve {
  my ($listen) = @_;
  my $is_over = 0;
  until ($is_over) {
    my $time = now();
    while (@waiting && $waiting[0][0] <= $time) { my $packet = shift @waiting; verdict($packet->[1], $packet->[2]) }
    my $left = @waiting ? $waiting[0][0] - $time : 1;
    my $ready = '';
    vec($ready, fileno $_, 1) = 1 for $queue, $listen;
    my $found = select($ready, undef, undef, $left > 1 ? 1 : $left);
    if ($found <= 0) { last unless -d "/proc/$holder"; next }
    receive() if vec($ready, fileno $queue, 1);
    next unless vec($ready, fileno $listen, 1) && accept(my $asks, $listen);
    my $line = '';
    while ($line !~ /\n/ && sysread($asks, $line, 65536, length $line)) {}
    chomp $line;
    my $answer = obey($line);
    syswrite($asks, $answer) if length $answer;
    close $asks;
    $is_over = $line eq 'end';
  }
  release(\@waiting); release(\@held);
  1 while receive(64);
}

sub start {
  socket(my $listen, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
  bind($listen, $name) or die "bind: $!";
  listen($listen, 16);
  open_queue();
  defined(my $child = fork) or die "fork: $!";
  return if $child;
  setpgrp;
  $0 = "schism-queue $holder";
  open(STDIN, '<', '/dev/null'); open(STDOUT, '>', '/dev/null'); open(STDERR, '>', '/dev/null');
  chdir '/';
  serve($listen);
  exit 0;
}

$SIG{PIPE} = 'IGNORE';
start() if !defined ask('ping') && $command =~ /^set /;
my $answer = ask($command);
if ($command eq 'counts') { print $answer if defined $answer; exit 0 }
if (length $answer) { load(split / /, $answer) } else { unload(); ask('end') }
`
