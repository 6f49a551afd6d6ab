import { interfaceMatches } from '../../../src/evaluate/match.ts';
import { addressBits, parseAddress } from '../../../src/model/address.ts';
import type { Packet } from '../../../src/model/packet.ts';
import { protocolNumber } from '../../../src/model/protocol.ts';

const EXCEPT = 'all except ';

/** Whether the words of a class describe a packet. Fields that the words do not name may hold anything. */
export function describes(words: Readonly<Record<string, string>>, packet: Packet): boolean {
  return Object.entries(words).every(([field, value]) => holds(field, value, packet));
}

function holds(field: string, value: string, packet: Packet): boolean {
  if (field === 'socket') return (packet.uid ?? null) === null ? value === 'none' : value === 'yes';
  const except = value.startsWith(EXCEPT);
  const parts = (except ? value.slice(EXCEPT.length) : value).split(',');
  return parts.some((part) => isIn(field, part, packet)) !== except;
}

function isIn(field: string, part: string, packet: Packet): boolean {
  switch (field) {
    case 'protocol':
      return inRange(part, numberOf(packet.protocol, packet), (text) => numberOf(text, packet));
    case 'source':
    case 'destination':
      return inRange(part, addressOf(packet[field]), addressOf);
    case 'sourcePort':
    case 'destinationPort':
    case 'uid':
    case 'gid':
      return inRange(part, BigInt(packet[field] ?? 0), BigInt);
    case 'mark':
    case 'connmark':
      return hasMark(part, packet[field] ?? 0);
    case 'ctState':
      return part === (packet.ctState ?? 'NEW');
    case 'inInterface':
    case 'outInterface':
      return onInterface(part, packet[field] ?? '');
    default:
      throw new Error(`the words name a field that packets do not have: ${field}`);
  }
}

/** `eth0`, `eth+`, `eth+ except eth0 and eth1`. */
function onInterface(part: string, name: string): boolean {
  const [pattern = '', except = ''] = part.split(' except ');
  const excepted = except === '' ? [] : except.split(' and ');
  return interfaceMatches(pattern, name) && !excepted.some((one) => interfaceMatches(one, name));
}

function inRange(part: string, value: bigint, read: (text: string) => bigint): boolean {
  const [from = '', to = from] = part.split('-');
  return value >= read(from) && value <= read(to);
}

function numberOf(name: string, { family }: Packet): bigint {
  if (name === 'icmp') return family === 'ipv4' ? 1n : 58n;
  const number = protocolNumber(name);
  if (number === null) throw new Error(`no protocol: ${name}`);
  return BigInt(number);
}

function addressOf(text: string): bigint {
  const address = parseAddress(text);
  if (address === null) throw new Error(`no address: ${text}`);
  return address.value + (1n << BigInt(addressBits(address.family)));
}

function hasMark(part: string, mark: number): boolean {
  const [value = 0, mask = 0xffffffff] = part.split('/').map(Number);
  return (mark & mask) >>> 0 === value;
}
