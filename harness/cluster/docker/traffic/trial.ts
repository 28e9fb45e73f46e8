/**
 * Which ways of shaping links this machine's kernel has, each tried with the very commands that a fault
 * would use, in a network namespace that is gone afterwards.
 */
import type { Ability } from '../../../capabilities/abilities.ts'
import type { Agent } from '../agent.ts'

type Trial = (context: { readonly agent: Agent }) => Promise<true | string>

/** Tries commands, one of which is enough. */
const oneOf =
  (commands: readonly (readonly string[])[], refusal: string): Trial =>
  async ({ agent }) => {
    for (const command of commands) {
      const works = await agent.run(['unshare', '-n', ...command]).then(
        () => true,
        () => false,
      )
      if (works) return true
    }
    return refusal
  }

const shell = (text: string): readonly string[] => ['sh', '-c', `ip link set lo up && ${text}`]

const rules = (family: string, hook: string, rule: string): readonly string[] =>
  shell(
    `nft 'table ${family} schism { chain try { type filter hook ${hook} priority 0; ${rule}; }; }'`,
  )

const netem = shell('tc qdisc add dev lo root netem delay 1ms reorder 50% corrupt 1%')
const queue = shell(
  'iptables-nft -t security -A INPUT -j NFQUEUE --queue-num 7 --queue-bypass && ' +
    "nft 'table inet schism { chain try { type filter hook input priority 0; notrack; }; }'",
)
const rate = shell(
  'ip link add schism0 type ifb && ip link set schism0 up && tc qdisc add dev lo clsact && ' +
    'tc filter add dev lo ingress protocol ip u32 match ip src 127.0.0.2/32 ' +
    'action mirred egress redirect dev schism0 && tc qdisc add dev schism0 root handle 1: htb && ' +
    'tc class add dev schism0 parent 1: classid 1:10 htb rate 1mbit && ' +
    'tc qdisc add dev schism0 parent 1:10 tbf rate 1mbit burst 8192 latency 400ms',
)

/** A connection to itself is cut: reading from it fails instead of waiting. */
const reset = shell(
  `exec perl -e '
use Socket; alarm 3;
my $to = pack_sockaddr_in(9999, INADDR_LOOPBACK);
socket(my $listen, AF_INET, SOCK_STREAM, 0); bind($listen, $to) && listen($listen, 1) or exit 1;
socket(my $one, AF_INET, SOCK_STREAM, 0); connect($one, $to) && accept(my $other, $listen) or exit 1;
system qw(ss -K -tnHO state established dst 127.0.0.1);
exit defined sysread($other, my $byte, 1);'`,
)

const noQueue =
  'the kernel has neither netem (modprobe sch_netem) nor NFQUEUE (modprobe nfnetlink_queue xt_NFQUEUE)'

export const trafficTrials = {
  loss: oneOf(
    [rules('inet', 'input', 'numgen random mod 10000 < 1 counter drop')],
    'nf_tables lacks numgen (modprobe nft_numgen)',
  ),
  duplicate: oneOf(
    [rules('ip', 'prerouting', 'numgen random mod 10000 < 1 dup to 127.0.0.1')],
    'nf_tables cannot duplicate (modprobe nft_dup_ipv4 nft_dup_ipv6)',
  ),
  delay: oneOf([netem, queue], noQueue),
  reorder: oneOf([netem, queue], noQueue),
  corrupt: oneOf([netem, queue], noQueue),
  hold: oneOf([queue], 'the kernel has no NFQUEUE (modprobe nfnetlink_queue xt_NFQUEUE)'),
  rate: oneOf(
    [rate],
    'the kernel lacks htb, tbf, u32 or ifb (modprobe sch_htb sch_tbf cls_u32 ifb)',
  ),
  reset: oneOf([reset], 'the kernel cannot abort connections (CONFIG_INET_DIAG_DESTROY)'),
} satisfies Partial<Record<Ability, Trial>>
