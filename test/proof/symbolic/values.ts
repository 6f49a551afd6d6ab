import { addressBits, fullMask, type Network, network, prefixLength } from '../../../src/model/address.ts';
import type { ConntrackStateName, IdRange, Match, PortRange } from '../../../src/model/match.ts';
import type { Rule } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';
import type { Dice } from './dice.ts';

/** The rule with one value in one of its conditions or in its target a little different; null when it names none. */
export function otherValue(rule: Rule, dice: Dice): Rule | null {
  const ways = [
    ...rule.matches.flatMap((match, at) => {
      const changed = otherMatch(match, dice);
      return changed ? [{ ...rule, matches: rule.matches.with(at, changed) }] : [];
    }),
    ...rule.targets.flatMap((target, at) => {
      const changed = otherTarget(target, dice);
      return changed ? [{ ...rule, targets: rule.targets.with(at, changed) }] : [];
    }),
  ];
  return ways.length === 0 ? null : dice.pick(ways);
}

const STATES: readonly ConntrackStateName[] = ['NEW', 'ESTABLISHED', 'INVALID'];

function otherMatch(match: Match, dice: Dice): Match | null {
  switch (match.kind) {
    case 'source':
    case 'destination':
      return match.network.mask === 0n ? null : { ...match, network: otherNetwork(match.network, dice) };
    case 'in-interface':
    case 'out-interface':
      return {
        ...match,
        name: dice.pick(['lo', 'eth0', 'net1', 'eth+', 'other0'].filter((name) => name !== match.name)),
      };
    case 'tcp':
    case 'udp': {
      const side = match.destinationPort ? 'destinationPort' : 'sourcePort';
      const ports = match[side];
      return ports ? { ...match, [side]: { ...ports, value: otherPorts(ports.value, dice) } } : null;
    }
    case 'multiport':
      return { ...match, ports: otherPorts(match.ports, dice) };
    case 'owner': {
      if (match.uid) return { ...match, uid: { ...match.uid, value: otherIds(match.uid.value, dice) } };
      return match.gid ? { ...match, gid: { ...match.gid, value: otherIds(match.gid.value, dice) } } : null;
    }
    case 'mark':
    case 'connmark':
      return { ...match, value: (match.value ^ lowestBit(match.mask)) >>> 0 };
    case 'conntrack':
      return match.states ? { ...match, states: { ...match.states, value: [dice.pick(STATES)] } } : null;
    default:
      return null;
  }
}

function otherTarget(target: Target, dice: Dice): Target | null {
  switch (target.kind) {
    case 'redirect':
      return target.ports ? { ...target, ports: otherPort(target.ports, dice) } : null;
    case 'tproxy':
      return dice.oneIn(2)
        ? { ...target, port: target.port + 1 }
        : { ...target, mark: { ...target.mark, value: (target.mark.value ^ 1) >>> 0 } };
    case 'mark':
    case 'connmark-set':
      return { ...target, value: (target.value ^ lowestBit(target.mask)) >>> 0 };
    case 'ct':
      return target.zone === undefined ? null : { ...target, zone: target.zone + 1 };
    default:
      return null;
  }
}

function lowestBit(mask: number): number {
  return mask === 0 ? 0 : (mask & -mask) >>> 0;
}

/** A wider block, a narrower one, or the one beside it. */
function otherNetwork(block: Network, dice: Dice): Network {
  const { family, address } = block;
  const bits = addressBits(family);
  const length = prefixLength(family, block.mask) ?? bits;
  const lengths = [length - 1, length + 1].filter((one) => one > 0 && one <= bits);
  if (dice.oneIn(3)) return network(family, (address + (1n << BigInt(bits - length))) & fullMask(family), length);
  return network(family, address, dice.pick(lengths));
}

function otherPorts(ports: readonly PortRange[], dice: Dice): readonly PortRange[] {
  const at = dice.below(ports.length);
  return ports.map((range, i) => (i === at ? otherPort(range, dice) : range));
}

function otherPort({ from, to }: PortRange, dice: Dice): PortRange {
  const step = dice.pick([-1, 1, 1000]);
  const last = Math.min(65535, Math.max(1, to + step));
  return from === to ? { from: last, to: last } : { from: Math.min(from, last), to: last };
}

function otherIds({ from, to }: IdRange, dice: Dice): IdRange {
  const id = dice.pick([0, 1000, to + 1]);
  return from === to ? { from: id, to: id } : { from, to: to + 1 };
}
