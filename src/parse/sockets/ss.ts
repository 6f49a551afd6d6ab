import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Socket } from '../../model/socket.ts';
import { TooMuch, tooMuch } from '../amounts.ts';
import type { Numbering } from '../lines.ts';
import type { Asked } from './asked.ts';
import { type EndpointPair, endpointPair } from './endpoint.ts';
import { type Extension, parseExtension } from './extension.ts';
import type { Head } from './head.ts';
import { askedIn } from './looks.ts';
import { type Listing, type SocketRecord, splitRecords } from './records.ts';

/** Sockets of a text, and what in it was not understood. */
export interface ParsedSockets {
  readonly sockets: readonly Socket[];
  readonly diagnostics: readonly Diagnostic[];
  /** What the text would show if it were there, for each listing in it of which that can be told. */
  readonly asked: readonly Asked[];
  /** Why nothing of the text was taken: it has more of something than is read. */
  readonly refused?: Diagnostic;
}

/** What is known about a text besides its content. */
export interface SocketsInput {
  /** File name, `stdin`, or the command. */
  readonly source: string;
  /** What `-t` or `-u` selected; without it the Netid column tells, or else the states do. */
  readonly protocol?: 'tcp' | 'udp';
  /** The numbers by which its lines are called; their own without it. */
  readonly numbering?: Numbering;
  /** The command that printed the text, its words and `|`, where that is known; else the text may show it. */
  readonly command?: readonly string[];
}

/**
 * The TCP and UDP sockets that `ss` shows, with any of its options that keep a socket to one record: with and without
 * header, Netid, `-e`, `-p`, `-o`, `-i`, of iproute2 3.x to 6.x; and those that netstat shows, of net-tools and busybox.
 * Sockets of other families (unix, netlink, …) are left out. Never throws; a line that is no socket becomes a diagnostic.
 */
export function parseSs(text: string, input: SocketsInput): ParsedSockets {
  try {
    return readSockets(text, input);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    const refused = tooMuch(error, input.source);
    return { sockets: [], diagnostics: [refused], asked: [], refused };
  }
}

function readSockets(text: string, input: SocketsInput): ParsedSockets {
  const { listings, strays } = splitRecords(text, input);
  const diagnostics = strays.map((stray) => complaint(input.source, stray, 'this is not a line of ss'));
  const read = listings.map((listing) => readListing(listing, input));
  const unread = [...diagnostics, ...read.flatMap((one) => one.diagnostics)];
  return {
    sockets: read.flatMap(({ sockets }) => sockets),
    diagnostics: summarized(unread),
    // What stands in a line that was not read may be anything.
    asked: read.flatMap(({ asked }) =>
      asked === null ? [] : [unread.length > 0 ? { ...asked, filtered: true } : asked],
    ),
  };
}

interface ReadListing extends Omit<ParsedSockets, 'asked'> {
  readonly asked: Asked | null;
}

function readListing(listing: Listing, input: SocketsInput): ReadListing {
  const { records } = listing;
  const diagnostics: Diagnostic[] = [];
  const sockets: Socket[] = [];
  const context = { protocol: input.protocol ?? guessProtocol(records), oldNotation: usesOldNotation(records) };
  for (const record of records) {
    const socket = toSocket(record, context);
    if (typeof socket === 'string') diagnostics.push(complaint(input.source, record, socket));
    else if (socket !== null) sockets.push(socket);
  }
  return { sockets, diagnostics, asked: askedIn(listing, sockets) };
}

interface SsReading {
  readonly protocol: 'tcp' | 'udp' | null;
  readonly oldNotation: boolean;
}

/** The socket of a record, null when it is of no interest here, or what is wrong with it. */
function toSocket(record: SocketRecord, context: SsReading): Socket | null | string {
  const head = record.head;
  const protocol = head.netid === null ? (context.protocol ?? protocolOfState(head.state)) : netidProtocol(head.netid);
  if (protocol === null) return null;
  // netstat writes IPv6 as ss once did.
  const ends = endpointPair(head.local, head.peer, context.oldNotation || record.said !== undefined);
  if (typeof ends === 'string') return ends;
  const extension = record.said ?? parseExtension(head.extension);
  return joined({ protocol, state: head.state, ends, extension, text: record.text });
}

interface Parts extends Pick<Socket, 'protocol' | 'state' | 'text'> {
  readonly ends: EndpointPair;
  readonly extension: Extension;
}

/** Field by field: copies by spreading take several times as long, and there may be tens of thousands. */
function joined({ protocol, state, ends, extension, text }: Parts): Socket {
  const { family, localAddress, localPort, peerAddress, peerPort } = ends;
  const { uid, inode } = extension;
  const socket: { -readonly [Field in keyof Socket]: Socket[Field] } = {
    protocol,
    state,
    family,
    localAddress,
    localPort,
    peerAddress,
    peerPort,
    uid,
    inode,
    text,
  };
  if (ends.interface !== undefined) socket.interface = ends.interface;
  if (extension.mark !== undefined) socket.mark = extension.mark;
  if (extension.cgroup !== undefined) socket.cgroup = extension.cgroup;
  if (extension.transparent !== undefined) socket.transparent = extension.transparent;
  if (extension.process !== undefined) socket.process = extension.process;
  return socket;
}

function netidProtocol(netid: string): 'tcp' | 'udp' | null {
  return netid === 'tcp' || netid === 'udp' ? netid : null;
}

/** UDP sockets are UNCONN or ESTAB; every other state, and LISTEN before all, exists for TCP alone. */
function protocolOfState(state: string): 'tcp' | 'udp' {
  return state === 'UNCONN' ? 'udp' : 'tcp';
}

/** Without Netid all records are of one protocol: `ss` prints that column as soon as there could be two. */
function guessProtocol(records: readonly SocketRecord[]): 'tcp' | 'udp' | null {
  const heads = records.map((record) => record.head).filter((head: Head) => head.netid === null);
  if (heads.length === 0) return null;
  const states = new Set(heads.map((head) => head.state));
  const onlyUdpStates = [...states].every((state) => state === 'UNCONN' || state === 'ESTAB');
  return states.has('UNCONN') && onlyUdpStates ? 'udp' : 'tcp';
}

/** Before iproute2 4.15, IPv6 addresses stood without brackets, and `*` was the wildcard of IPv4 alone. */
function usesOldNotation(records: readonly SocketRecord[]): boolean {
  return records.some(
    ({ head }) => head.local.length < 64 && /^[0-9a-fA-F:.]*:[0-9a-fA-F.]*:[^:\s]+$/.test(head.local),
  );
}

/** Enough complaints to see what is wrong; a file that is something else altogether has thousands. */
const MOST_DIAGNOSTICS = 20;

function summarized(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const shown = diagnostics.slice(0, MOST_DIAGNOSTICS);
  const more = diagnostics.length - shown.length;
  const last = shown.at(-1);
  if (more <= 0 || last === undefined) return shown;
  return [...shown, { ...last, line: 0, column: 1, text: '', message: `${more} more lines were not understood` }];
}

function complaint(source: string, at: { readonly line: number; readonly text: string }, message: string): Diagnostic {
  return { source, line: at.line, column: 1, message, text: at.text.slice(0, 500), severity: 'error' };
}
