/** The name of the nftables table with the taps. */
export const PROBE_TABLE = 'istio_nat_probe';

/** How agent/observe.py marks its packets: what the taps do with them. */
const STOP = '0x6e61';
const THROUGH_LOOPBACK = '0x6e62';
const WITHOUT_SOCKET = '0x6e63';

const OURS = [STOP, THROUGH_LOOPBACK, WITHOUT_SOCKET];
/** The last tap of a hook takes these packets off the wire. */
const ENDS_IN_PREROUTING = [STOP, THROUGH_LOOPBACK];
const ENDS_IN_OUTPUT = [STOP, WITHOUT_SOCKET];

/** A rule for each family, because the packets are told apart by a field that the families do not share. */
function forPackets(tokens: readonly string[], action: string): string {
  const set = `{ ${tokens.join(', ')} }`;
  return `ip id ${set} ${action}\n    ip6 flowlabel ${set} ${action}`;
}

const LOG = 'log group 1 snaplen 128 prefix';

/**
 * Taps ahead of every other chain and behind it. The last one drops the packet: it never leaves, nobody answers, and
 * its connection is never confirmed, so each packet is the first of its connection again. Looking does not change
 * what rules do: the taps write the mark only behind everything that reads it.
 *
 * With `conntrack` the last taps read the connection, which makes the kernel track connections even if no rule under
 * test needs that. Without it they say nothing of state, connection mark and zone.
 */
export function probeText(conntrack: boolean): string {
  return `table inet ${PROBE_TABLE} {
  chain detour {
  }
  chain connmark {
  }
  chain leave {
${conntrack ? leaveConntrack() : `    ${LOG} "unknown"`}
  }
  chain prerouting_first { type filter hook prerouting priority -1000
    iif != lo @ll,48,8 0x06 meta mark set @ll,64,32
    ${forPackets(OURS, 'meta nftrace set 1')}
    ${forPackets(OURS, `${LOG} "in"`)}
  }
  chain prerouting_connmark { type filter hook prerouting priority -199
    ${forPackets(OURS, 'jump connmark')}
  }
  chain prerouting_last { type filter hook prerouting priority 1000
    ${forPackets(ENDS_IN_PREROUTING, 'jump leave')}
    ${forPackets(ENDS_IN_PREROUTING, 'drop')}
  }
  chain output_detour { type filter hook output priority -1001
    ${forPackets([WITHOUT_SOCKET], 'jump detour')}
  }
  chain output_first { type filter hook output priority -1000
    ${forPackets(OURS, 'meta nftrace set 1')}
    ${forPackets(OURS, `${LOG} "in" accept`)}
    tcp flags & rst != 0 ${LOG} "answer"
    icmp type destination-unreachable ${LOG} "answer"
    icmpv6 type destination-unreachable ${LOG} "answer"
  }
  chain output_connmark { type filter hook output priority -199
    ${forPackets(OURS, 'jump connmark')}
  }
  chain output_last { type filter hook output priority 1000
    ${forPackets([THROUGH_LOOPBACK], `${LOG} "unknown"`)}
    ${forPackets(ENDS_IN_OUTPUT, 'jump leave')}
    ${forPackets(ENDS_IN_OUTPUT, 'drop')}
  }
}
`;
}

/** One message names the state; a mark or zone other than 0 is told by a second and third, as the packet's mark. */
function leaveConntrack(): string {
  const states = ['new', 'established', 'related', 'invalid', 'untracked'];
  return [
    ...states.map((state) => `    ct state ${state} ${LOG} "${state.toUpperCase()}"`),
    `    ct mark != 0 meta mark set ct mark ${LOG} "connmark"`,
    `    ct zone != 0 meta mark set ct zone ${LOG} "zone"`,
  ].join('\n');
}
