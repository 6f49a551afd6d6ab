import { UsageError } from '../model/errors.ts';
import type { Pod } from '../model/pod.ts';
import { whyNotSentTo } from './address.ts';
import type { PlannedProbe, ProbeQuestion } from './types.ts';

/** @throws UsageError when `--to` names what is not a host */
export function refuseTarget({ to }: Pick<ProbeQuestion, 'to'>, { routing }: Pod): void {
  const why = to === undefined ? null : whyNotSentTo(to.address, routing);
  if (why === null) return;
  throw new UsageError(`--to ${to?.address}: nothing is sent there, it is ${why}`, {
    hint: 'Give the address of one host.',
  });
}

/** The name servers of resolv.conf that may be asked, and a remark on each of the others. */
export function usableResolvers(resolvers: readonly string[], { routing }: Pod): { usable: string[]; notes: string[] } {
  const judged = [...new Set(resolvers)].map((address) => ({ address, why: whyNotSentTo(address, routing) }));
  return {
    usable: judged.filter(({ why }) => why === null).map(({ address }) => address),
    notes: judged.flatMap(({ address, why }) =>
      why === null ? [] : `the name server ${address.slice(0, 45)} of /etc/resolv.conf is not asked: it is ${why}.`,
    ),
  };
}

/** Every place that a plan sends to, once, in the order in which it does: the file resolv.conf is not ours to trust. */
export function announcement(plan: readonly PlannedProbe[]): string {
  const places = plan.map(({ purpose, packet: { protocol, family, destination, destinationPort } }) => {
    const address = family === 'ipv6' ? `[${destination}]` : destination;
    return `${protocol} ${address}:${destinationPort}${purpose === 'dns' ? ' (name server of /etc/resolv.conf)' : ''}`;
  });
  return `the probes go to ${[...new Set(places)].join(', ')}.`;
}
