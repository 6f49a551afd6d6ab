import { parseAddress } from '../../../model/address.ts';
import type { PortRange } from '../../../model/match.ts';
import type { NatRange, Target } from '../../../model/target.ts';
import { bad, type Option, type TargetModule, type Trouble, unresolvable } from '../module.ts';
import { looksLikeName, parsePortRange } from '../values.ts';

const FLAGS = { random: 0, 'random-fully': 0, persistent: 0 };

/** REDIRECT, MASQUERADE, DNAT and SNAT. */
export const NAT_TARGETS: Readonly<Record<string, TargetModule>> = {
  REDIRECT: { options: { 'to-ports': 1, random: 0 }, build: (options) => buildPortTarget('redirect', options) },
  MASQUERADE: {
    options: { 'to-ports': 1, random: 0, 'random-fully': 0 },
    build: (options) => buildPortTarget('masquerade', options),
  },
  DNAT: { options: { 'to-destination': 1, ...FLAGS }, build: (options) => buildNat('dnat', options) },
  SNAT: { options: { 'to-source': 1, ...FLAGS }, build: (options) => buildNat('snat', options) },
};

function flagsOf(options: readonly Option[]): string[] {
  return options.filter((option) => option.values.length === 0).map((option) => `--${option.name}`);
}

function buildPortTarget(kind: 'redirect' | 'masquerade', options: readonly Option[]): Target | Trouble {
  const option = options.find((candidate) => candidate.name === 'to-ports');
  const flags = flagsOf(options);
  if (option === undefined) return { kind, flags };
  const text = option.values[0] ?? '';
  const ports = parsePortRange(text, '-');
  if (ports !== null) return { kind, ports, flags };
  return looksLikeName(text)
    ? unresolvable(option, 'a service name')
    : bad(option, 'a port (0-65535) or a range from-to');
}

function buildNat(kind: 'dnat' | 'snat', options: readonly Option[]): Target | Trouble {
  const [option] = options.filter((candidate) => candidate.name.startsWith('to-'));
  if (option === undefined) {
    return { kind: 'trouble', severity: 'error', message: `${kind.toUpperCase()} without an address`, at: 0 };
  }
  const text = option.values[0] ?? '';
  if (/-[0-9]+\/[0-9]+$/.test(text)) return shifted(option);
  const range = parseNatRange(text);
  return range === null
    ? bad(option, 'address, address-address, with :port or :port-port after it (IPv6 then in brackets)')
    : { kind, ...range, flags: flagsOf(options) };
}

/** `:1000-2000/5000` (a port range with a base) maps ports by distance, which a plain range cannot say. */
function shifted(option: Option): Trouble {
  return {
    kind: 'trouble',
    severity: 'note',
    message: `--${option.name} ${option.values[0] ?? ''}: port ranges with a base are not understood`,
    at: option.at,
  };
}

/** The addresses and ports of `--to-destination` and `--to-source`. */
function parseNatRange(text: string): Omit<NatRange, 'flags'> | null {
  const parts = splitPorts(text);
  if (parts === null) return null;
  const address = parts.addresses === '' ? undefined : parseAddresses(parts.addresses);
  const ports = parts.ports === undefined ? undefined : parsePorts(parts.ports);
  if (address === null || ports === null || (address === undefined && ports === undefined)) return null;
  return { ...(address === undefined ? {} : { address }), ...(ports === undefined ? {} : { ports }) };
}

function splitPorts(text: string): { addresses: string; ports?: string } | null {
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    const behind = text.slice(close + 1);
    if (close < 0 || (behind !== '' && !behind.startsWith(':'))) return null;
    return { addresses: text.slice(1, close), ...(behind === '' ? {} : { ports: behind.slice(1) }) };
  }
  const colon = text.indexOf(':');
  // More than one colon outside brackets is an IPv6 address without ports.
  if (colon < 0 || text.indexOf(':', colon + 1) >= 0) return { addresses: text };
  return { addresses: text.slice(0, colon), ports: text.slice(colon + 1) };
}

function parseAddresses(text: string): NatRange['address'] | null {
  const dash = text.indexOf('-');
  const from = parseAddress(dash < 0 ? text : text.slice(0, dash));
  const to = dash < 0 ? from : parseAddress(text.slice(dash + 1));
  if (from === null || to === null || from.family !== to.family || from.value > to.value) return null;
  return { from: from.value, to: to.value, family: from.family };
}

function parsePorts(text: string): PortRange | null {
  return /^[0-9]+(-[0-9]+)?$/.test(text) ? parsePortRange(text, '-') : null;
}
