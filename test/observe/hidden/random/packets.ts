import { addressBits, formatAddress, parseAddress } from '../../../../src/model/address.ts';
import type { Packet } from '../../../../src/model/packet.ts';
import type { Dice } from '../../../proof/symbolic/dice.ts';
import type { Names } from '../case.ts';

/** Packets of the values that commands name, and of their neighbours. */
export function packetsAbout(dice: Dice, commands: readonly string[], names: Names, count: number): Packet[] {
  const text = commands.join('\n');
  const numbers = [...text.matchAll(/(?<![\w.:])\d{1,5}(?![\w.:])/g)].map(([number]) => Number(number));
  const near = numbers.flatMap((number) => [number - 1, number, number, number + 1]);
  const values = [80, 3306, 8080, 1000, 1337, ...near].filter((number) => number >= 0 && number <= 65535);
  const addresses = addressesNear(text, names);
  return Array.from({ length: count }, () => packet(dice, values, addresses, names));
}

function addressesNear(text: string, { family, own, far, peer }: Names): string[] {
  const words = text.match(/[0-9a-f]*[.:][0-9a-f.:]+/g) ?? [];
  const last = (1n << BigInt(addressBits(family))) - 1n;
  const found = words.flatMap((word) => {
    const address = parseAddress(word);
    if (address?.family !== family) return [];
    return [-1n, 0n, 1n].map((step) => address.value + step).filter((value) => value >= 0n && value <= last);
  });
  return [own, far, far, peer, ...found.map((value) => formatAddress(family, value))];
}

function packet(dice: Dice, values: readonly number[], addresses: readonly string[], names: Names): Packet {
  const { family, own, peer } = names;
  const protocol = dice.pick(['tcp', 'tcp', 'tcp', 'tcp', 'udp', 'icmp']);
  const ports =
    protocol === 'icmp'
      ? {}
      : { sourcePort: dice.pick([40000, dice.pick(values)]), destinationPort: dice.pick(values) };
  const ctState = dice.pick(['NEW', 'NEW', 'NEW', 'NEW', 'ESTABLISHED', 'INVALID'] as const);
  const common = { family, protocol, ...ports, ctState };
  if (dice.oneIn(3)) return { ...common, hook: 'PREROUTING', source: peer, destination: own, inInterface: 'eth0' };
  const uid = dice.pick([0, 1000, 1000, 1337, dice.pick(values)]);
  const gid = dice.pick([uid, uid, dice.pick(values)]);
  const destination = dice.pick(addresses);
  const outInterface = destination === own ? 'lo' : 'eth0';
  return { ...common, hook: 'OUTPUT', source: own, destination, outInterface, uid, gid };
}
