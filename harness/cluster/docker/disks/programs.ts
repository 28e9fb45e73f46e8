/**
 * The programs that the agent runs on a node's file system, in perl and sh because every Debian image has
 * them. Each gets the folder where the agent sees the data. All may be run twice.
 */
import { EnvironmentError, messageOf } from '../../../errors.ts'
import type { Agent } from '../agent.ts'

/** Runs a perl program. @throws EnvironmentError "cannot <what>: <what it said>", without its text */
export const runPerl = (
  agent: Agent,
  what: string,
  program: string,
  args: readonly (string | number)[],
): Promise<string> => runProgram(agent, what, ['perl', '-e', program], args)

/** Runs a shell program; `$1` is the first of its arguments. */
export const runShell = (
  agent: Agent,
  what: string,
  program: string,
  args: readonly (string | number)[],
): Promise<string> => runProgram(agent, what, ['sh', '-c', program, 'sh'], args)

const runProgram = async (
  agent: Agent,
  what: string,
  program: readonly string[],
  args: readonly (string | number)[],
): Promise<string> => {
  try {
    return await agent.run([...program, ...args.map(String)])
  } catch (error) {
    const said = messageOf(error).replace(/^.* ended with (\d+): /s, '')
    throw new EnvironmentError(`cannot ${what}: ${said}`)
  }
}

/**
 * `read <folder> [<path> <from> <length>]...`, `write <folder> [<path> <from> <hex>]...` and
 * `truncate <folder> <path> <length>` answer a line each: the bytes read, or read back right after they were
 * changed, before a running node can write over them; or the length. The line is empty for what is not there.
 * A link is never followed.
 */
export const fileProgram = String.raw`
use strict; use Fcntl; use Errno;
my ($verb, $folder, @rest) = @ARGV;
sub opened {
  my ($path, $mode) = @_;
  my $file;
  return $file if sysopen($file, "$folder/$path", $mode | O_NOFOLLOW);
  $!{ENOENT} or die "$path: $!\n";
  return;
}
sub bytes_at {
  my ($file, $from, $length) = @_;
  my $bytes = '';
  sysseek($file, $from, 0);
  while (length $bytes < $length) {
    my $got = sysread($file, $bytes, $length - length $bytes, length $bytes);
    die "cannot read: $!\n" unless defined $got;
    last unless $got;
  }
  return unpack('H*', $bytes);
}
sub overwrite {
  my ($path, $from, $hex) = @_;
  my $file = opened($path, O_RDWR) or return '';
  my $bytes = pack('H*', $hex);
  return '' if -s $file < $from + length $bytes;
  sysseek($file, $from, 0);
  (syswrite($file, $bytes) // -1) == length $bytes or die "$path: $!\n";
  return bytes_at($file, $from, length $bytes);
}
# In the folder itself, so that a node that is wiped is not damaged any more.
sub mark { open(my $mark, '>', "$folder/.schism-damaged") or die "cannot mark: $!\n" }
sub cut {
  my ($path, $length) = @_;
  my $file = opened($path, O_WRONLY) or return '';
  return '' if -s $file < $length;
  truncate($file, $length) or die "$path: $!\n";
  return -s $file;
}
mark() if $verb ne 'read';
if ($verb eq 'truncate') { print cut(@rest), "\n" }
while ($verb ne 'truncate' && @rest) {
  my ($path, $from, $what) = splice(@rest, 0, 3);
  if ($verb eq 'write') { print overwrite($path, $from, $what), "\n"; next }
  my $file = opened($path, O_RDONLY);
  print $file ? bytes_at($file, $from, $what) : '', "\n";
}
`

/**
 * `<folder> <patience in s>`: writes a file and takes it away. The attempt is a child's, because it may hang
 * in the kernel for as long as the fault lasts; it then ends when it can.
 */
export const probeProgram = String.raw`
use strict; use Errno;
my ($folder, $patience) = @ARGV;
pipe(my $read, my $write);
my $pid = fork // die "fork: $!\n";
if (!$pid) {
  close $read;
  open(STDIN, '<', '/dev/null'); open(STDOUT, '>', '/dev/null'); open(STDERR, '>&', \*STDOUT);
  syswrite($write, attempt());
  exit 0;
}
close $write;
my $ready = '';
vec($ready, fileno $read, 1) = 1;
if (!select($ready, undef, undef, $patience)) { print 'waits'; exit 0 }
sysread($read, my $said, 1000);
print $said;

sub attempt {
  return 'unmounted' if (stat $folder)[0] == (stat "$folder/..")[0];
  my $path = "$folder/.schism-probe-$$";
  my $said = written($path);
  unlink $path;
  return $said;
}

sub written {
  open(my $file, '>', $_[0]) or return name();
  my $written = syswrite($file, 'x' x 4096) // return name();
  return $written == 4096 && close($file) ? 'written' : name();
}

sub name { for (qw(EIO ENOSPC EROFS EDQUOT)) { return $_ if $!{$_} } return "$!" }
`

/**
 * `<verb> <mount options> [<folder> <device>]...`: fails the file systems, mounts them anew, or lets one have
 * a power failure. FS_IOC_SHUTDOWN without a flush of the log makes a file system forget what is not on its disk:
 * from then on it only answers EIO, until the last mount of it is gone and it is mounted anew. The engine
 * may take some ms after a node's end to unmount its own: then we find the same failing one and try again.
 */
export const powerProgram = String.raw`
use strict; use IO::Handle;
my ($verb, $options, %device) = @ARGV;

sub shut_down {
  open(my $folder, '<', $_[0]) or die "$_[0]: $!\n";
  my $without_flush = pack('L', 2);
  ioctl($folder, 0x8004587d, $without_flush) or die "cannot shut down $_[0]: $!\n";
}

sub said { my $text = qx($_[0] 2>&1); return $? ? $text || 'failed' : '' }

sub is_mounted { (stat $_[0])[0] != (stat "$_[0]/..")[0] }

sub is_well {
  my $path = "$_[0]/.schism-well";
  open(my $file, '>', $path) or return 0;
  close $file;
  return unlink $path;
}

sub mount_anew {
  my ($folder) = @_;
  my $device = $device{$folder};
  # It would go with its last user.
  open(my $held, '<', $device) or die "$device: $!\n";
  my $problem = '';
  for my $try (1 .. 40) {
    $problem = is_mounted($folder) ? said("umount '$folder'") : '';
    $problem ||= said("mount -t ext4 -o $options '$device' '$folder'");
    return if !$problem && is_well($folder);
    $problem ||= 'the file system is still in use';
    select(undef, undef, undef, 0.05);
  }
  die "$folder: $problem\n";
}

sub put {
  open(my $file, '>', $_[0]) or die "$_[0]: $!\n";
  print $file 'x' x 4096;
  return $file;
}

# path => [bytes, time of the last change]
sub listing {
  open(my $find, '-|', 'find', $_[0], '-type', 'f', '-printf', '%P\t%s\t%T@\0');
  local $/ = "\0";
  return { map { chomp; /(.*)\t(.*)\t(.*)/s; ($1, [$2, $3]) } <$find> };
}

sub power_failure {
  my ($folder) = @_;
  my ($lost, $kept) = ("$folder/.schism-unsynced", "$folder/.schism-synced");
  my $before = listing($folder);
  close put($lost);
  shut_down($folder);
  mount_anew($folder);
  my $after = listing($folder);
  my ($files, $bytes) = (0, 0);
  for (keys %$before) {
    my ($size, $time) = $after->{$_} ? @{$after->{$_}} : (0, '');
    $files++ if $size != $before->{$_}[0] || $time ne $before->{$_}[1];
    $bytes += $before->{$_}[0] - $size if $size < $before->{$_}[0];
  }
  my $is_lost = !-e $lost;
  # Once more: what a sync before the first failure would also have saved of the node's data.
  my $synced = put($kept);
  $synced->flush; $synced->sync or die "sync: $!\n"; close $synced;
  close put($lost);
  shut_down($folder);
  mount_anew($folder);
  my $is_kept = (-s $kept || 0) == 4096 && !-e $lost;
  unlink $lost, $kept;
  system('sync', '-f', $folder);
  printf '%d %d %d %d', $is_lost, $is_kept, $files, $bytes;
}

if ($verb eq 'fail') { shut_down($_) for keys %device }
elsif ($verb eq 'anew') { mount_anew($_) for keys %device }
else { power_failure($_) for keys %device }
`

/** `<folder>`: takes all the space there is. What cannot be reserved at once is written. */
export const fillProgram = `
free=$(df --output=avail -B1 "$1" | tail -1)
if [ "$free" -gt 0 ]; then fallocate -l "$free" "$1/.schism-ballast" 2>/dev/null; fi
dd if=/dev/zero of="$1/.schism-ballast-rest" bs=4k 2>/dev/null
exit 0
`

/** `<folder>`: gives the space back, so that not even a power failure right after takes it again. */
export const emptyProgram = `
[ -e "$1/.schism-ballast" ] || [ -e "$1/.schism-ballast-rest" ] || exit 0
rm -f "$1/.schism-ballast" "$1/.schism-ballast-rest" && sync "$1"
`

/** The control group that limits the disks of a process: `throttle` files in version 1, `io.max` in 2. */
const findGroup = `
set -e
path=$(sed -nE 's/^[0-9]+:([a-z_,]*,)?blkio(,[a-z_,]*)?://p' "/proc/$2/cgroup")
if [ -n "$path" ]; then
  group=/host/cgroup/blkio$path
else
  group=/host/cgroup$(sed -n 's/^0:://p' "/proc/$2/cgroup")
  [ -w "$group/io.max" ] || mount -o remount,bind,rw /host/cgroup
fi
`

/**
 * `<folder> <pid of the node> <bytes a second, or 0 for no limit>`: limits the node's control group. The
 * limit is on a whole disk; a partition has none of its own.
 */
export const throttleProgram = `${findGroup}
device=$(findmnt -no MAJ:MIN -T "$1" | tr -d ' ')
[ ! -e "/sys/dev/block/$device/partition" ] || device=$(cat "/sys/dev/block/$device/../dev")
if [ ! -e "/sys/dev/block/$device" ]; then
  echo "the data folder's file system has no block device of its own" >&2
  exit 1
fi
if [ -n "$path" ]; then
  for way in read write; do
    echo "$device $3" > "$group/blkio.throttle.$way"_bps_device
  done
else
  limit=$3
  [ "$limit" != 0 ] || limit=max
  echo "$device rbps=$limit wbps=$limit" > "$group/io.max"
fi
`

/** `<folder> <pid of the node> <bytes>`: writes in the node's control group, past the page cache. */
export const writeRateProgram = `${findGroup}
echo $$ > "$group/cgroup.procs"
trap 'rm -f "$1/.schism-rate"' EXIT
LC_ALL=C dd if=/dev/zero of="$1/.schism-rate" bs=8k count=$(($3 / 8192)) oflag=direct 2>&1 | tail -1
`
