/**
 * The program that sends echo requests from a node: perl with the kernel's ping sockets, because the
 * agent may not open raw ones, and because it reaches all other ends at the same time from one process.
 *
 * `perl -e PROGRAM CLOCK COUNT GAP WAIT BYTES ADDRESS...`, times in s; prints `place sequence ms at` for
 * each answer as it comes. CLOCK is the number of the system call clock_gettime.
 */
export const echoProgram = String.raw`
use strict; use Socket qw(:all);
my ($clock, $count, $gap, $wait, $bytes, @to) = @ARGV;
sub now {
  my $time = "\0" x 16;
  syscall($clock, 1, $time);
  my ($s, $ns) = unpack 'qq', $time;
  $s + $ns / 1e9;
}
my (@sockets, @seen, @types, $missing);
for my $place (0 .. $#to) {
  my $six = $to[$place] =~ /:/;
  my $family = $six ? AF_INET6 : AF_INET;
  socket($sockets[$place], $family, SOCK_DGRAM, $six ? 58 : 1) or die "no ping sockets here: $!\n";
  my $host = inet_pton($family, $to[$place]) or die "$to[$place] is no address\n";
  setsockopt($sockets[$place], SOL_SOCKET, SO_RCVBUF, 1 << 20);
  connect($sockets[$place], $six ? pack_sockaddr_in6(0, $host) : pack_sockaddr_in(0, $host)) or die "$to[$place]: $!\n";
  $types[$place] = $six ? 128 : 8;
}
my ($start, $sent, $last) = (now(), 0, 0);
my $padding = "\0" x ($bytes > 16 ? $bytes - 16 : 0);
$missing = $count * @to;
while (1) {
  my $time = now();
  while ($sent < $count && $time >= $start + $sent * $gap) {
    for my $place (0 .. $#to) {
      my $request = pack('CCnnnNNd', $types[$place], 0, 0, 0, $sent, $sent, 0, now()) . $padding;
      send($sockets[$place], $request, 0x40);
    }
    $last = now();
    $sent++;
  }
  my $end = $sent < $count ? $start + $sent * $gap : $missing > 0 ? $last + $wait : $last + 0.03;
  my $left = $end - now();
  last if $sent == $count && $left <= 0;
  my $ready = '';
  vec($ready, fileno $_, 1) = 1 for @sockets;
  next unless select($ready, undef, undef, $left > 0 ? $left : 0) > 0;
  for my $place (0 .. $#to) {
    next unless vec($ready, fileno $sockets[$place], 1);
    while (defined recv($sockets[$place], my $answer, 65536, 0x40)) {
      my ($sequence, undef, $then) = unpack 'x8 NNd', $answer;
      $missing-- unless $seen[$place]{$sequence}++;
      $last = now() if $missing == 0;
      printf "%d %d %.3f %.3f\n", $place, $sequence, 1000 * (now() - $then), 1000 * (now() - $start);
    }
  }
}
`
