import { DNS_PROXY_PORTS } from '../../istio/dns.ts';
import type { Family } from '../../model/family.ts';
import type { Socket } from '../../model/socket.ts';
import { type Asked, askedBy } from './asked.ts';
import type { Listing } from './records.ts';

const BOTH = ['ipv4', 'ipv6'] as const;

/**
 * What a listing would have shown: by its command where that is known, else by its form and by what occurs in it. Null where
 * that is nothing but a header, which is the same for all states (ss) and all protocols (netstat).
 */
export function askedIn(listing: Listing, sockets: readonly Socket[]): Asked | null {
  const known = listing.command === null ? null : askedBy(listing.command);
  if (known === null && listing.records.length === 0 && listing.states !== 'connected') return null;
  if (known !== null) return { ...known, columns: [...new Set([...known.columns, ...columnsIn(sockets)])] };
  const tool = isNetstats(listing) ? 'netstat' : 'ss';
  const { header, states } = listing;
  const searched = header === null && states === undefined ? searchIn(sockets) : {};
  return {
    tool,
    protocols: tool === 'ss' ? protocolsOfSs(listing, sockets) : occurring(sockets),
    families: familiesIn(sockets),
    states: states ?? statesIn(sockets),
    columns: columnsIn(sockets),
    // A single state was asked for: ss leaves the column out.
    filtered: header !== null && tool === 'ss' && !header.includes('State'),
    ...searched,
  };
}

function isNetstats({ header, states, records }: Listing): boolean {
  return states !== undefined || header?.startsWith('Proto') === true || records[0]?.said !== undefined;
}

/** ss prints the column Netid as soon as two protocols were asked for: without it there was one. */
function protocolsOfSs({ header, records }: Listing, sockets: readonly Socket[]): Asked['protocols'] {
  const hasNetid = header?.startsWith('Netid') ?? records.some(({ head }) => head.netid !== null);
  const found = occurring(sockets);
  if (!hasNetid) return found;
  return header === null && isLeftBySearchForListen(sockets) ? found : ['tcp', 'udp'];
}

/**
 * The agent answers DNS by both protocols. Where only LISTEN is left of that, somebody has searched for the word, which
 * people do to what -tulpn prints; with -e, as we ask for it, the lines are taken for all there are.
 */
function isLeftBySearchForListen(sockets: readonly Socket[]): boolean {
  return (
    sockets.every(({ state, inode }) => state === 'LISTEN' && inode === null) &&
    sockets.some(({ localPort }) => DNS_PROXY_PORTS.has(localPort))
  );
}

function occurring(sockets: readonly Socket[]): Asked['protocols'] {
  return (['tcp', 'udp'] as const).filter((protocol) => sockets.some((socket) => socket.protocol === protocol));
}

/**
 * Where all sockets are of one family, that alone may have been asked for (`-4`): a sidecar that runs has some of both. With -e,
 * as we ask for it, they are taken for all there are.
 */
function familiesIn(sockets: readonly Socket[]): Asked['families'] {
  if (sockets.some(({ inode }) => inode !== null)) return BOTH;
  const found = BOTH.filter((family) => sockets.some((socket) => isOf(socket, family)));
  return found.length === 0 ? BOTH : found;
}

/** Whether a socket is of a family: a wildcard of IPv6 that takes both is shown as one of both. */
function isOf({ family, text }: Socket, wanted: Family): boolean {
  if (family === 'any') return true;
  return wanted === (family === 'ipv4' && !text.includes('::ffff:') ? 'ipv4' : 'ipv6');
}

/** Without -a and -l it is the connections that are shown. */
function statesIn(sockets: readonly Socket[]): Asked['states'] {
  const listens = sockets.some(
    ({ state, peerPort }) => state === 'LISTEN' || (state === 'UNCONN' && peerPort === null),
  );
  if (!listens) return 'connected';
  return sockets.some(({ peerPort }) => peerPort !== null) ? 'all' : 'listening';
}

function columnsIn(sockets: readonly Socket[]): Asked['columns'] {
  return [
    ...(sockets.some(({ uid }) => uid !== null) ? (['uid'] as const) : []),
    ...(sockets.some(({ process }) => process !== undefined) ? (['process'] as const) : []),
    ...(sockets.some(({ transparent }) => transparent !== undefined) ? (['transparent'] as const) : []),
  ];
}

/** Names of Istio's programs, and what their ports have in common. */
const SEARCHED_NAMES: ReadonlySet<string> = new Set(['envoy', 'pilot-agent']);

/**
 * Traces of a search for Istio in lines that stand without their header: whatever else there is may have been left out.
 * With -e, as we ask for it, lines are taken for all there are unless every one of them has the same port of Istio's.
 */
function searchIn(sockets: readonly Socket[]): Pick<Asked, 'digits'> | { readonly filtered: true } {
  const names = new Set(sockets.map(({ process }) => process?.name ?? ''));
  const [name = ''] = names;
  if (names.size === 1 && SEARCHED_NAMES.has(name)) return { filtered: true };
  const isAsAskedFor = sockets.some(({ inode }) => inode !== null);
  const digits = isAsAskedFor ? commonPort(sockets) : commonDigits(sockets.map(({ localPort }) => `${localPort}`));
  return digits.startsWith('150') ? { digits } : {};
}

/** The port that every socket has at one of its ends. */
function commonPort([first, ...others]: readonly Socket[]): string {
  const ports = first === undefined ? [] : [first.localPort, first.peerPort ?? 0];
  const common = ports.find((port) =>
    others.every(({ localPort, peerPort }) => localPort === port || peerPort === port),
  );
  return common === undefined ? '' : `${common}`;
}

/** The longest digits that all of some ports begin with. */
function commonDigits([first = '', ...others]: readonly string[]): string {
  const lengths = [...first].map((_, at) => first.length - at);
  const fits = lengths.find((length) => others.every((port) => port.startsWith(first.slice(0, length))));
  return first.slice(0, fits ?? 0);
}
