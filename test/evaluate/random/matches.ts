import fc from 'fast-check';
import {
  ADDRESSES,
  IDS,
  MARKS,
  MASKED_MARKS,
  maybe,
  NETWORKS,
  not,
  one,
  type Place,
  PORTS,
  RANGES,
  type Text,
} from './vocabulary.ts';

const ports = fc.oneof(one(PORTS), fc.constantFrom('1024:65535', ':1023', '15001:15008'));

function portMatch(protocol: string): Text {
  const single = fc.tuple(
    not(ports.map((port) => `--dport ${port}`)),
    maybe(not(one([40000, 53]).map((port) => `--sport ${port}`))),
  );
  const multi = not(
    fc.constantFrom('--dports 53,15008', '--ports 80,8080', '--dports 80,15001:15006', '--sports 40000'),
  );
  return fc.oneof(
    { weight: 4, arbitrary: single.map((parts) => `-m ${protocol} ${parts.join(' ')}`) },
    { weight: 1, arbitrary: multi.map((text) => `-m multiport ${text}`) },
    { weight: 2, arbitrary: fc.constant('') },
  );
}

const flags: Text = not(
  fc.constantFrom('--syn', '--tcp-flags SYN,ACK SYN', '--tcp-flags ALL ACK', '--tcp-flags FIN,RST NONE'),
);

/** `-p` with what it allows. Other protocols with ports are the test of who looks at ports at all. */
export function protocolAndPorts({ family }: Place): Text {
  const icmp = family === 'ipv4' ? 'icmp' : 'ipv6-icmp';
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 5, arbitrary: portMatch('tcp').map((text) => `-p tcp ${text}`) },
    { weight: 1, arbitrary: flags.map((text) => `-p tcp -m tcp ${text}`) },
    { weight: 3, arbitrary: portMatch('udp').map((text) => `-p udp ${text}`) },
    { weight: 1, arbitrary: fc.constantFrom('! -p tcp', '! -p udp', '-p 47', `-p ${icmp}`, '-p sctp') },
  );
}

function addresses({ family }: Place): Text {
  const any = fc.oneof(one(ADDRESSES[family]), one(NETWORKS[family]));
  return fc
    .tuple(maybe(not(any.map((a) => `-d ${a}`))), maybe(not(any.map((a) => `-s ${a}`)), 6))
    .map((parts) => parts.join(' '));
}

function ranges({ family }: Place): Text {
  const range = one(RANGES[family]);
  return maybe(
    fc
      .tuple(fc.constantFrom('--src-range', '--dst-range'), range)
      .chain(([side, value]) => not(fc.constant(`${side} ${value}`)))
      .map((text) => `-m iprange ${text}`),
    12,
  );
}

/** The types that Linux tells apart here; which addresses are local is the pod's affair. */
function addressTypes({ hook }: Place): Text {
  const side = fc.constantFrom('--dst-type', '--src-type');
  const type = fc.constantFrom('LOCAL', 'UNICAST', 'MULTICAST', 'LOCAL,UNICAST');
  const limit = maybe(fc.constant(hook === 'PREROUTING' ? '--limit-iface-in' : '--limit-iface-out'), 3);
  return maybe(
    fc
      .tuple(side, type)
      .chain(([name, value]) => not(fc.constant(`${name} ${value}`)))
      .chain((text) => limit.map((option) => `-m addrtype ${text} ${option}`)),
    12,
  );
}

function interfaces({ hook }: Place): Text {
  const names = fc.constantFrom('lo', 'eth0', 'eth+', 'net1', '+');
  return maybe(not(names.map((name) => `${hook === 'PREROUTING' ? '-i' : '-o'} ${name}`)));
}

/** xt_owner is refused outside of OUTPUT and POSTROUTING. */
function owner({ hook }: Place): Text {
  if (hook === 'PREROUTING') return fc.constant('');
  const ids = fc.oneof(one(IDS), fc.constantFrom('1000-1336'));
  const option = (name: string) =>
    not(
      ids.map((id) => `--${name}-owner ${id}`),
      2,
    );
  return maybe(
    fc.oneof(
      option('uid').map((text) => `-m owner ${text}`),
      option('gid').map((text) => `-m owner ${text}`),
      fc.tuple(option('uid'), option('gid')).map((parts) => `-m owner ${parts.join(' ')}`),
      not(fc.constant('--socket-exists')).map((text) => `-m owner ${text}`),
    ),
    2,
  );
}

const mark = fc.oneof(one(MARKS), one(MASKED_MARKS)).map((value) => `--mark ${value}`);
const marks: Text = maybe(not(mark).map((text) => `-m mark ${text}`));
const connmarks: Text = maybe(
  not(mark).map((text) => `-m connmark ${text}`),
  8,
);

const STATES = ['NEW', 'INVALID', 'RELATED,ESTABLISHED', 'NEW,INVALID', 'UNTRACKED', 'ESTABLISHED', 'RELATED'];
const states: Text = maybe(
  fc.oneof(
    not(one([...STATES, 'DNAT', 'SNAT', 'NEW,DNAT']).map((text) => `--ctstate ${text}`)).map(
      (text) => `-m conntrack ${text}`,
    ),
    not(one(STATES).map((text) => `--state ${text}`)).map((text) => `-m state ${text}`),
  ),
  6,
);

const comments: Text = maybe(
  fc.constantFrom('-m comment --comment "a word, or -j DROP"', '-m comment --comment x'),
  12,
);

/** `-f` loads for IPv4 only, and no packet of ours is a fragment. */
function fragments({ family }: Place): Text {
  return family === 'ipv4' ? maybe(fc.constantFrom('-f', '! -f'), 30) : fc.constant('');
}

/** All that may stand in a rule beside the protocol. */
export function otherMatches(place: Place): Text {
  return fc
    .tuple(
      fragments(place),
      addresses(place),
      interfaces(place),
      marks,
      connmarks,
      states,
      owner(place),
      ranges(place),
      addressTypes(place),
      comments,
    )
    .map((parts) => parts.join(' '));
}
