import type { Packet, Verdict } from '../../src/model/packet.ts';

/** Whether what the rules of a hook do to a packet is all that decides what is seen of it. */
export function isComparable(packet: Packet, verdict: Verdict, rules: string): boolean {
  return !isUnroutable(packet, verdict) && !wasUntracked(packet, rules);
}

/** The rules rewrite it, and then IPv4 refuses a route from a loopback address to another host (__mkroute_output). */
function isUnroutable(packet: Packet, verdict: Verdict): boolean {
  return verdict.kind === 'dnat' && packet.source.startsWith('127.') && !verdict.to.startsWith('127.');
}

/** A packet on lo has been through OUTPUT, where rules may have made it one of no connection. */
function wasUntracked({ hook, inInterface }: Packet, rules: string): boolean {
  return hook === 'PREROUTING' && inInterface === 'lo' && rules.includes('notrack');
}
