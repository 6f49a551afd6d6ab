import { goesToDnsProxy } from '../../istio/dns.ts';
import type { Cause } from './cause.ts';
import { sameTarget } from './verdicts.ts';

/**
 * The causes with those first that are about the packets people think of: new tcp connections over the network whose
 * fate, not only whose mark, is another. The first one gives a finding its name and its message.
 */
export function mostOrdinaryFirst(causes: readonly Cause[]): Cause[] {
  return causes.toSorted((a, b) => strangeness(a) - strangeness(b));
}

function strangeness({ class: { witness, live, expected, hook } }: Cause): number {
  const strange = [
    // What affects all traffic is named for that, not for the queries in it.
    goesToDnsProxy(expected.verdict),
    hook === 'OUTPUT',
    witness.protocol !== 'tcp',
    hook === 'OUTPUT' && (witness.uid ?? null) === null,
    [witness.inInterface, witness.outInterface].includes('lo'),
    (witness.mark ?? 0) !== 0 || (witness.connmark ?? 0) !== 0,
    witness.ctState !== 'NEW',
    expected.verdict.kind === 'accept',
    sameTarget(live.verdict, expected.verdict),
  ];
  return strange.reduce((sum, isStrange, weight) => sum + (isStrange ? 2 ** weight : 0), 0);
}
