import type { Family } from '../../model/family.ts';
import type { SocketColumn, SocketLook } from '../../model/shown-sockets.ts';
import { type Options, readOptions } from './options.ts';

/** What a tool was asked to show, whoever ran it. */
export type Asked = Omit<SocketLook, 'live'>;

const PROTOCOLS = ['tcp', 'udp'] as const;
const BOTH: readonly Family[] = ['ipv4', 'ipv6'];

/** What a command line asks ss or netstat for, pipes behind it included; null when it is neither. */
export function askedBy(argv: readonly string[]): Asked | null {
  const pipe = argv.indexOf('|');
  const [program = '', ...rest] = pipe < 0 ? argv : argv.slice(0, pipe);
  const tool = toolOf(program);
  if (tool === null) return null;
  const options = readOptions(tool, rest);
  const filters = pipe < 0 ? [] : stagesOf(argv.slice(pipe + 1));
  const asked: Asked = {
    tool,
    protocols: protocolsOf(options),
    families: familiesOf(options),
    states: statesOf(options),
    columns: columnsOf(tool, options),
    filtered:
      options.words.length > 0 ||
      options.has('summary') ||
      isOfOneFamily(options) ||
      filters.some((stage) => !isHarmless(stage)),
  };
  return filters.length === 1 && isSearchForListen(filters[0] ?? []) ? onlyListen(asked, options) : asked;
}

/** The tool that a program is, by its path. */
export function toolOf(program: string): 'ss' | 'netstat' | null {
  const name = program.slice(program.lastIndexOf('/') + 1);
  return name === 'ss' || name === 'netstat' ? name : null;
}

/** Without any named, ss and netstat show them all. */
function protocolsOf({ has, queries }: Options): Asked['protocols'] {
  const named = PROTOCOLS.filter((protocol) => has(protocol) || queries.has(protocol));
  const others = has('other-protocol') || queries.size > 0;
  return named.length > 0 || others ? named : PROTOCOLS;
}

function familiesOf(options: Options): readonly Family[] {
  if (!isOfOneFamily(options)) return BOTH;
  return options.has('ipv4') ? ['ipv4'] : ['ipv6'];
}

/** The family is that of the socket: one of IPv6 may serve IPv4, and both ends of a connection may be of different ones. */
function isOfOneFamily({ has }: Options): boolean {
  return has('ipv4') !== has('ipv6');
}

/** Of -a and -l the last one counts. */
function statesOf({ states }: Options): Asked['states'] {
  return states ?? 'connected';
}

function columnsOf(tool: Asked['tool'], { has }: Options): SocketColumn[] {
  const columns: SocketColumn[] = [];
  if (has('extended')) columns.push('uid');
  if (has('processes')) columns.push('process');
  if (tool === 'ss' && has('inet-sockopt')) columns.push('transparent');
  return columns;
}

function stagesOf(words: readonly string[]): string[][] {
  const stages: string[][] = [[]];
  for (const word of words) {
    if (word === '|') stages.push([]);
    else stages.at(-1)?.push(word);
  }
  return stages;
}

const HARMLESS: ReadonlySet<string> = new Set(['cat', 'sort', 'less', 'more', 'column', 'tee']);

function isHarmless([program = '']: readonly string[]): boolean {
  return HARMLESS.has(program);
}

/** `| grep LISTEN` leaves the listeners of tcp, all of them. */
function isSearchForListen([program, ...words]: readonly string[]): boolean {
  const patterns = words.filter((word) => !/^-[iEFw]+$/.test(word));
  return program === 'grep' && patterns.length === 1 && /^(["']?)LISTEN\1$/i.test(patterns[0] ?? '');
}

function onlyListen(asked: Asked, { words }: Options): Asked {
  const protocols = asked.protocols.filter((protocol) => protocol === 'tcp');
  const filtered = words.length > 0 || asked.states === 'connected' || asked.families.length < BOTH.length;
  return { ...asked, protocols, states: 'listening', filtered };
}
