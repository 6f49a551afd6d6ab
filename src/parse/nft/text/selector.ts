import type { Cursor } from './cursor.ts';

/** Header fields: PROTOCOL FIELD. */
const PAYLOADS: ReadonlySet<string> = new Set(
  'ip ip6 tcp udp udplite sctp dccp th icmp icmpv6 igmp ether vlan arp esp ah comp'.split(' '),
);

/** meta keys that may stand without `meta`. */
const BARE_META: ReadonlySet<string> = new Set(
  (
    'iif oif iifname oifname iiftype oiftype iifgroup oifgroup mark skuid skgid nftrace rtclassid ibrname obrname ' +
    'pkttype cpu cgroup sdif sdifname'
  ).split(' '),
);

const EXTENSION_HEADERS: ReadonlySet<string> = new Set(['frag', 'hbh', 'dst', 'mh', 'rt', 'srh', 'rt0', 'rt2', 'rt4']);

const CT_DIRECTIONS: ReadonlySet<string> = new Set(['original', 'reply']);

/**
 * The words of the selector at the cursor, or null (cursor unmoved) when no selector starts there. Keys that nft also
 * takes without `meta` come back with it, so that `skuid` and `meta skuid` are the same.
 */
export function takeSelector(cursor: Cursor): string[] | null {
  const token = cursor.peek();
  if (token?.kind !== 'word') return null;
  const first = token.text;
  if (BARE_META.has(first)) return ['meta', cursor.word('a key')];
  if (first === 'meta') return [cursor.word('meta'), cursor.word('a meta key')];
  if (first === 'ct') return conntrackSelector(cursor);
  if (first === 'fib') return fibSelector(cursor);
  if (first === 'socket') return socketSelector(cursor);
  if (first === 'osf') return [cursor.word('osf'), cursor.word('name')];
  if (first === 'ipsec') return [cursor.word('ipsec'), cursor.word('a direction'), cursor.word('a key')];
  if (first === 'exthdr') return [cursor.word('exthdr'), cursor.word('a header')];
  if (first.startsWith('@') && cursor.at(',', 1)) return rawPayload(cursor);
  if (EXTENSION_HEADERS.has(first)) return headerSelector(cursor);
  return PAYLOADS.has(first) ? payloadSelector(cursor) : null;
}

function payloadSelector(cursor: Cursor): string[] {
  const words = [cursor.word('a protocol'), cursor.word('a header field')];
  if (words[1] !== 'option') return words;
  words.push(cursor.word('an option'));
  if (!cursor.at('exists') && !cursor.at('missing')) words.push(cursor.word('a field of the option'));
  return words;
}

/** `rt` is both a routing header (IPv6) and the routing expression; they share their form here. */
function headerSelector(cursor: Cursor): string[] {
  const words = [cursor.word('a header'), cursor.word('a field')];
  if (words[0] === 'rt' && (words[1] === 'ip' || words[1] === 'ip6')) words.push(cursor.word('a field'));
  return words;
}

function conntrackSelector(cursor: Cursor): string[] {
  const words = [cursor.word('ct'), cursor.word('a conntrack key')];
  if (CT_DIRECTIONS.has(words[1] ?? '')) words.push(cursor.word('a conntrack key'));
  const last = words.at(-1);
  if (last === 'ip' || last === 'ip6') words.push(cursor.word('saddr or daddr'));
  return words;
}

function fibSelector(cursor: Cursor): string[] {
  cursor.expect('fib');
  const flags = [cursor.word('saddr or daddr')];
  while (cursor.take('.')) flags.push(cursor.word('a fib key'));
  return ['fib', flags.join(' . '), cursor.word('type, oif or oifname')];
}

function socketSelector(cursor: Cursor): string[] {
  const words = [cursor.word('socket'), cursor.word('a socket key')];
  if (words[1] === 'cgroupv2') words.push(cursor.word('level'), cursor.word('a level'));
  return words;
}

/** `@th,16,32`: base, offset and length. */
function rawPayload(cursor: Cursor): string[] {
  const base = cursor.word('a base');
  cursor.expect(',');
  const offset = cursor.word('an offset');
  cursor.expect(',');
  return [`${base},${offset},${cursor.word('a length')}`];
}
