import { fateInWords } from '../diagnose/traffic/words.ts';
import type { Family } from '../model/family.ts';
import type { Packet, Verdict } from '../model/packet.ts';
import type { Evidence, QuotedRule } from '../model/report.ts';

/** `1 error`, `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `IPv4`, `IPv6`. */
export function familyName(family: Family): string {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

/** `nat ISTIO_INBOUND #3`. */
export function place(rule: Pick<QuotedRule, 'table' | 'chain' | 'index'>): string {
  const where = `${rule.table} ${rule.chain}`;
  return rule.index === 0 ? `${where} policy` : `${where} #${rule.index}`;
}

/** What a piece of evidence is and where it is: `Rule` and `nat ISTIO_INBOUND #2 (pod.rules:14)`. */
export function evidenceHeading(evidence: Evidence): { readonly label: string; readonly place: string } {
  switch (evidence.kind) {
    case 'rule':
      return { label: 'Rule', place: `${place(evidence)}${origin(evidence.source, evidence.line)}` };
    case 'chain':
      return { label: 'Chain', place: `${evidence.table} ${evidence.chain}` };
    case 'socket':
      return { label: 'Socket', place: '' };
    case 'command':
      return { label: 'Command', place: evidence.command };
    case 'input':
      return { label: 'Input', place: `${evidence.source}:${evidence.line}:${evidence.column}` };
  }
}

function origin(source: string | undefined, line: number | undefined): string {
  if (source === undefined) return '';
  return ` (${source}${line ? `:${line}` : ''})`;
}

/** `tcp 10.0.0.9:40000 → 10.0.0.5:8080 (PREROUTING, in eth0)`: all that is known about the packet. */
export function packetWords(packet: Packet): string {
  const from = endpoint(packet.family, packet.source, packet.sourcePort);
  const to = endpoint(packet.family, packet.destination, packet.destinationPort);
  return `${packet.protocol} ${from} → ${to} (${circumstances(packet).join(', ')})`;
}

function endpoint(family: Family, address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return family === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

function circumstances(packet: Packet): string[] {
  const words: string[] = [packet.hook];
  if (packet.inInterface !== undefined) words.push(`in ${packet.inInterface}`);
  if (packet.outInterface !== undefined) words.push(`out ${packet.outInterface}`);
  if (packet.hook === 'OUTPUT') words.push(...owners(packet));
  if (packet.mark) words.push(`mark ${hexadecimal(packet.mark)}`);
  if (packet.connmark) words.push(`connmark ${hexadecimal(packet.connmark)}`);
  if (packet.ctState !== undefined && packet.ctState !== 'NEW') words.push(packet.ctState);
  return words;
}

function owners({ uid, gid }: Packet): string[] {
  if (uid === null && gid === null) return ['no socket'];
  if (uid === gid && uid !== undefined) return [`uid/gid ${uid}`];
  return Object.entries({ uid, gid }).flatMap(([name, id]) =>
    id === undefined || id === null ? [] : [`${name} ${id}`],
  );
}

/** What becomes of a packet, as the end of a sentence: `redirected to port 15006`. */
export function verdictWords(verdict: Verdict): string {
  const extra = [
    ...(verdict.mark ? [`mark ${hexadecimal(verdict.mark)}`] : []),
    ...(verdict.ctZone === undefined ? [] : [`conntrack zone ${verdict.ctZone}`]),
  ];
  const fate = fateInWords(verdict);
  return extra.length === 0 ? fate : `${fate}, with ${extra.join(' and ')}`;
}

/** The fields that tell a class of packets apart: `protocol tcp, destination port 8080`. Long lists are cut. */
export function classWords(packets: Readonly<Record<string, string>>): string {
  return Object.entries(packets)
    .map(([field, value]) => `${field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${fewOf(value)}`)
    .join(', ');
}

const MOST_VALUES = 16;
const SHOWN_VALUES = 8;

/** The first of many values, and how many more there are: `80,81 and 99 more`. */
function fewOf(values: string): string {
  const all = values.split(',');
  if (all.length <= MOST_VALUES) return values;
  return `${all.slice(0, SHOWN_VALUES).join(',')} and ${all.length - SHOWN_VALUES} more`;
}

function hexadecimal(number: number): string {
  return `0x${number.toString(16)}`;
}
