import type { Packet, Verdict } from '../../src/model/packet.ts';

/** Whether what the rules of a hook do to a packet is all that decides what is seen of it. */
export function isComparable(packet: Packet, verdict: Verdict, rules: string): boolean {
  return !isUnroutable(packet, verdict, rules) && !wasChangedInOutput(packet, rules);
}

/**
 * The rules rewrite it, and then IPv4 refuses a route from a loopback address to another host (__mkroute_output): it is
 * gone before the filter table could reject it.
 */
function isUnroutable(packet: Packet, verdict: Verdict, rules: string): boolean {
  if (!packet.source.startsWith('127.') || packet.hook !== 'OUTPUT') return false;
  if (verdict.kind === 'dnat') return !verdict.to.startsWith('127.');
  return verdict.kind === 'reject' && /--to-destination (?!:|127\.)/.test(rules);
}

/** A packet on lo has been through OUTPUT, where rules may have taken its connection or marked it. */
function wasChangedInOutput({ hook, inInterface }: Packet, rules: string): boolean {
  if (hook !== 'PREROUTING' || inInterface !== 'lo') return false;
  return rules.includes('notrack') || rules.includes('-j CONNMARK --set') || rules.includes('-j CONNMARK --save');
}
