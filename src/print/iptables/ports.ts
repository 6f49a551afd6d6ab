import type { Negatable, PortRange, PortsMatch } from '../../model/match.ts';

/** A port or a range, with the separator of the module: `:` in matches, `-` in nat targets. */
export function printPorts(range: PortRange, separator: ':' | '-'): string {
  return range.from === range.to ? String(range.from) : `${range.from}${separator}${range.to}`;
}

/** Ports and ranges as `--dports` lists them. */
export function printPortList(ranges: readonly PortRange[]): string {
  return ranges.map((range) => printPorts(range, ':')).join(',');
}

/** `-m tcp --sport … --dport … --tcp-flags …` in the order of the module's save function. */
export function printPortsMatch(match: PortsMatch): string {
  const parts = [`-m ${match.kind}`, side('--sport', match.sourcePort), side('--dport', match.destinationPort)];
  if (match.rest !== undefined) parts.push(match.rest.join(' '));
  if (match.flags !== undefined) parts.push(flags(match.flags));
  return parts.filter((part) => part !== '').join(' ');
}

function side(option: string, ports: Negatable<readonly PortRange[]> | undefined): string {
  if (ports === undefined || (!ports.negated && isEveryPort(ports.value))) return '';
  return `${ports.negated ? '! ' : ''}${option} ${printPortList(ports.value)}`;
}

/** The module stores "no port given" as 0:65535 and so never prints it. */
function isEveryPort(ranges: readonly PortRange[]): boolean {
  return ranges.length === 1 && ranges[0]?.from === 0 && ranges[0].to === 65535;
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];

function flags(match: NonNullable<PortsMatch['flags']>): string {
  return `${match.negated ? '! ' : ''}--tcp-flags ${flagList(match.value.mask)} ${flagList(match.value.set)}`;
}

function flagList(names: readonly string[]): string {
  const present = FLAGS.filter((flag) => names.includes(flag));
  return present.length === 0 ? 'NONE' : present.join(',');
}
