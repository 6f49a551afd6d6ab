import type { Context } from '../../expect/context.ts';
import { isIstioChain } from '../../istio/chains.ts';
import { formatAddress, parseAddress } from '../../model/address.ts';
import type { Packet, Verdict } from '../../model/packet.ts';
import { coversFamily } from '../../model/ruleset.ts';
import type { Cause } from './cause.ts';

/**
 * Whether a difference does not concern the mesh: another program's rule about its own resolver, or about a family that
 * Istio leaves alone. Such a rule is listed with the other foreign ones.
 */
export function isHarmless({ intruder, class: different }: Cause, context: Context): boolean {
  if (intruder === null || isIstioChain(intruder.table, intruder.chain)) return false;
  const { family, witness, live, expected } = different;
  if (isLocalResolver(witness, live.verdict)) return true;
  if (expected.verdict.kind !== 'accept') return false;
  // Where Istio has nothing to do with IPv6, letting it through or blocking it is up to others.
  const blocked = live.verdict.kind === 'drop' || live.verdict.kind === 'reject' || live.verdict.kind === 'accept';
  return blocked && !context.expected.tables.some((table) => coversFamily(table, family));
}

/** Docker answers DNS on a loopback address of its own (127.0.0.11) and moves the queries to the port it got. */
function isLocalResolver({ destination }: Packet, verdict: Verdict): boolean {
  if (verdict.kind !== 'dnat') return false;
  const to = parseAddress(verdict.to.replace(/:[0-9-]+$/, ''));
  return to !== null && formatAddress(to.family, to.value) === destination && destination.startsWith('127.');
}
