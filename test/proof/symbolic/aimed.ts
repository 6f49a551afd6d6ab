import { formatAddress, parseAddress } from '../../../src/model/address.ts';
import type { Family } from '../../../src/model/family.ts';
import type { ConntrackState, Match, Negatable, PortRange } from '../../../src/model/match.ts';
import type { Packet, PacketHook } from '../../../src/model/packet.ts';
import { hasPorts, protocolName } from '../../../src/model/protocol.ts';
import type { Rule } from '../../../src/model/ruleset.ts';
import type { Atoms } from './atoms.ts';
import type { Dice } from './dice.ts';

/** The pod that packets are to be sent in. */
export interface Around {
  readonly hook: PacketHook;
  readonly family: Family;
  readonly own: readonly string[];
  /** Interfaces other than lo. */
  readonly interfaces: readonly string[];
}

interface Draft {
  protocol: number;
  source: bigint;
  destination: bigint;
  sourcePort: number;
  destinationPort: number;
  interface: string;
  owner: [number, number] | null;
  mark: number;
  connmark: number;
  ctState: ConntrackState;
}

/**
 * A packet that a pod can meet, made of the atoms of the rules. Two in three are aimed: they hold what one of the rules
 * asks for, so that rules with many conditions are met as well.
 */
export function aimedPacket(atoms: Atoms, rules: readonly Rule[], around: Around, dice: Dice): Packet {
  const draft: Draft = {
    protocol: dice.pick([6, 6, 6, 6, 17, 17, 1, 47, 132]),
    source: dice.pick(atoms.addresses),
    destination: dice.pick(atoms.addresses),
    sourcePort: dice.oneIn(4) ? dice.pick(atoms.ports) : 40000,
    destinationPort: dice.pick(atoms.ports),
    interface: dice.oneIn(3) ? dice.pick(atoms.interfaces) : 'eth0',
    owner: dice.oneIn(8) ? null : [dice.pick(atoms.ids), dice.pick(atoms.ids)],
    mark: dice.oneIn(3) ? dice.pick(atoms.marks) : 0,
    connmark: dice.oneIn(2) ? dice.pick(atoms.marks) : 0,
    ctState: dice.pick(atoms.states),
  };
  if (rules.length > 0 && !dice.oneIn(3)) for (const match of dice.pick(rules).matches) satisfy(draft, match, dice);
  return packetOf(draft, around, dice);
}

function satisfy(draft: Draft, match: Match, dice: Dice): void {
  switch (match.kind) {
    case 'source':
    case 'destination':
      if (!match.negated) draft[match.kind] = dice.oneIn(2) ? match.network.address : match.network.address + 5n;
      return;
    case 'in-interface':
    case 'out-interface':
      draft.interface = match.negated ? 'eth0' : match.name.replace(/\+$/, '0');
      return;
    case 'protocol':
      if (!match.negated && match.protocol !== 0) draft.protocol = match.protocol;
      return;
    case 'tcp':
    case 'udp':
      draft.protocol = match.kind === 'tcp' ? 6 : 17;
      draft.sourcePort = portIn(match.sourcePort, draft.sourcePort, dice);
      draft.destinationPort = portIn(match.destinationPort, draft.destinationPort, dice);
      return;
    case 'multiport':
      draft.destinationPort = portIn({ negated: match.negated, value: match.ports }, draft.destinationPort, dice);
      return;
    case 'owner':
      satisfyOwner(draft, match);
      return;
    case 'mark':
    case 'connmark':
      if (!match.negated) draft[match.kind] = match.value;
      return;
    case 'conntrack':
    case 'state':
      satisfyState(draft, match.states, dice);
      return;
    default:
      return;
  }
}

function portIn(ports: Negatable<readonly PortRange[]> | undefined, otherwise: number, dice: Dice): number {
  if (!ports || ports.negated || ports.value.length === 0) return otherwise;
  const { from, to } = dice.pick(ports.value);
  return from + dice.below(to - from + 1);
}

function satisfyOwner(draft: Draft, match: Extract<Match, { kind: 'owner' }>): void {
  const [uid, gid] = draft.owner ?? [1000, 1000];
  const wanted = (ids: typeof match.uid, otherwise: number) => (ids && !ids.negated ? ids.value.from : otherwise);
  draft.owner = [wanted(match.uid, uid), wanted(match.gid, gid)];
}

function satisfyState(draft: Draft, states: Negatable<readonly string[]> | undefined, dice: Dice): void {
  const known = (states?.negated ? ['NEW'] : (states?.value ?? [])).filter(
    (state): state is ConntrackState => !['SNAT', 'DNAT', 'UNTRACKED'].includes(state),
  );
  if (known.length > 0) draft.ctState = dice.pick(known);
}

function packetOf(draft: Draft, around: Around, dice: Dice): Packet {
  const { family, hook, own } = around;
  const local = (address: bigint) => isLoopback(address, family) || own.includes(formatAddress(family, address));
  const home = parseAddress(own[0] ?? '')?.value ?? 0n;
  const ownSource = (destination: bigint) => (isLoopback(destination, family) ? loopback(draft.source, family) : home);
  const isIcmp = draft.protocol === (family === 'ipv4' ? 1 : 58) || draft.protocol === 1 || draft.protocol === 58;
  const protocol = isIcmp ? 'icmp' : nameOf(draft.protocol);
  const ctState = possibleState(draft, isIcmp);
  const shared = {
    ...{ family, hook, protocol, ctState },
    ...(!isIcmp && hasPorts(draft.protocol)
      ? { sourcePort: draft.sourcePort, destinationPort: draft.destinationPort }
      : {}),
    connmark: ctState === 'ESTABLISHED' ? draft.connmark : 0,
  };
  const text = (address: bigint) => formatAddress(family, address);
  if (hook === 'OUTPUT') {
    const onLo = local(draft.destination);
    const device = around.interfaces.includes(draft.interface) ? draft.interface : 'eth0';
    const remote = dice.oneIn(4) && !isLoopback(draft.source, family) ? draft.source : home;
    const source = onLo ? ownSource(draft.destination) : remote;
    return {
      ...shared,
      ...{ source: text(source), destination: text(draft.destination), outInterface: onLo ? 'lo' : device },
      ...{ uid: draft.owner?.[0] ?? null, gid: draft.owner?.[1] ?? null, mark: draft.mark },
    };
  }
  const onLo = draft.interface === 'lo';
  const destination = onLo && !local(draft.destination) ? home : draft.destination;
  const toLoopback = !onLo && isLoopback(destination, family);
  const fromLoopback = !onLo && isLoopback(draft.source, family);
  return {
    ...shared,
    source: text(onLo ? ownSource(destination) : fromLoopback ? home + 4n : draft.source),
    destination: text(toLoopback ? home : destination),
    inInterface: onLo || around.interfaces.includes(draft.interface) ? draft.interface : 'eth0',
    mark: onLo ? draft.mark : 0,
  };
}

/** Without a helper only ICMP errors are RELATED, and conntrack finds nothing INVALID in protocols it does not know. */
function possibleState({ ctState, protocol }: Draft, isIcmp: boolean): ConntrackState {
  if (ctState === 'RELATED' && !isIcmp) return 'ESTABLISHED';
  return ctState === 'INVALID' && ![1, 6, 17, 58].includes(protocol) ? 'NEW' : ctState;
}

function nameOf(protocol: number): string {
  return protocol === 6 || protocol === 17 ? protocolName(protocol) : String(protocol);
}

function loopback(wish: bigint, family: Family): bigint {
  if (isLoopback(wish, family)) return wish;
  return family === 'ipv4' ? 0x7f000001n : 1n;
}

function isLoopback(address: bigint, family: Family): boolean {
  return family === 'ipv4' ? address >> 24n === 127n : address === 1n;
}
