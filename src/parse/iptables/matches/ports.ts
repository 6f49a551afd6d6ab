import type { MatchOf, Negatable, PortRange, PortsMatch, TcpFlags } from '../../../model/match.ts';
import { asTokens, bad, type MatchModule, type Option, type Trouble, unresolvable } from '../module.ts';
import { looksLikeName, parsePortRange } from '../values.ts';

const SOURCE: ReadonlySet<string> = new Set(['sport', 'source-port']);
const DESTINATION: ReadonlySet<string> = new Set(['dport', 'destination-port']);
const PORTS = { sport: 1, dport: 1, 'source-port': 1, 'destination-port': 1 };

/** Matches on ports: tcp, udp, sctp, dccp, udplite, and multiport. */
export const PORT_MODULES: Readonly<Record<string, MatchModule>> = {
  tcp: portsModule('tcp', { ...PORTS, syn: 0, 'tcp-flags': 2, 'tcp-option': 1 }),
  udp: portsModule('udp', PORTS),
  udplite: portsModule('udplite', PORTS),
  sctp: portsModule('sctp', { ...PORTS, 'chunk-types': 2 }),
  dccp: portsModule('dccp', { ...PORTS, 'dccp-types': 1, 'dccp-option': 1 }),
  multiport: {
    options: { sports: 1, dports: 1, ports: 1, 'source-ports': 1, 'destination-ports': 1 },
    build: buildMultiport,
  },
};

function portsModule(kind: PortsMatch['kind'], options: Readonly<Record<string, number>>): MatchModule {
  return { options, build: (given) => buildPorts(kind, given) };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function buildPorts(kind: PortsMatch['kind'], options: readonly Option[]): PortsMatch | Trouble {
  const match: Mutable<PortsMatch> = { kind };
  const rest: Option[] = [];
  for (const option of options) {
    const trouble = setOption(match, option, rest);
    if (trouble !== null) return trouble;
  }
  if (rest.length > 0) match.rest = asTokens(rest);
  return match;
}

function setOption(match: Mutable<PortsMatch>, option: Option, rest: Option[]): Trouble | null {
  if (SOURCE.has(option.name) || DESTINATION.has(option.name)) {
    const ports = parsePort(option);
    if ('kind' in ports) return ports;
    match[SOURCE.has(option.name) ? 'sourcePort' : 'destinationPort'] = ports;
  } else if (option.name === 'syn' || option.name === 'tcp-flags') {
    const flags = parseFlags(option);
    if ('kind' in flags) return flags;
    match.flags = { negated: option.negated, value: flags };
  } else {
    rest.push(option);
  }
  return null;
}

function parsePort(option: Option): Negatable<readonly PortRange[]> | Trouble {
  const text = option.values[0] ?? '';
  const range = parsePortRange(text);
  if (range !== null) return { negated: option.negated, value: [range] };
  return looksLikeName(text)
    ? unresolvable(option, 'a service name')
    : bad(option, 'a port (0-65535) or a range from:to');
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];
const SYN: TcpFlags = { mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN'] };

function parseFlags(option: Option): TcpFlags | Trouble {
  if (option.name === 'syn') return SYN;
  const mask = flagNames(option.values[0] ?? '');
  const set = flagNames(option.values[1] ?? '');
  return mask === null || set === null ? bad(option, `two lists of ${FLAGS.join(',')}, ALL or NONE`) : { mask, set };
}

function flagNames(text: string): readonly string[] | null {
  const names = text.toUpperCase().split(',');
  if (names.includes('ALL')) return FLAGS;
  if (!names.every((name) => name === 'NONE' || FLAGS.includes(name))) return null;
  return FLAGS.filter((flag) => names.includes(flag));
}

function buildMultiport(options: readonly Option[]): MatchOf<'multiport'> | Trouble {
  const [option, second] = options;
  if (option === undefined) return { kind: 'trouble', severity: 'error', message: 'multiport without ports', at: 0 };
  if (second !== undefined) return bad(second, 'one list of ports for each multiport');
  const ports = parsePortList(option);
  if ('kind' in ports) return ports;
  const side = option.name.startsWith('s') ? 'source' : option.name.startsWith('d') ? 'destination' : 'either';
  return { kind: 'multiport', side, negated: option.negated, ports };
}

function parsePortList(option: Option): readonly PortRange[] | Trouble {
  const ports: PortRange[] = [];
  for (const part of (option.values[0] ?? '').split(',')) {
    const range = part === '' ? null : parsePortRange(part);
    if (range === null)
      return looksLikeName(part)
        ? unresolvable(option, 'a service name')
        : bad(option, 'ports and ranges, with commas');
    ports.push(range);
  }
  return ports;
}
