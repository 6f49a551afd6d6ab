import type { Context } from '../../expect/context.ts';
import { fullMask, type Network, parseAddress, parseNetwork } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import { fieldSet } from '../../model/field-set.ts';
import { localAddresses } from '../../model/pod.ts';
import type { Cause } from './cause.ts';
import { isBlocked } from './verdicts.ts';

/** Where the hosts are that every pod meets: its cluster's, in whichever of the private ranges, and the internet's. */
const EVERYWHERE: Readonly<Record<Family, readonly Network[]>> = {
  ipv4: networks('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '64.0.0.0/3'),
  ipv6: networks('fd00::/8', '2000::/3'),
};

/**
 * Whether a rule blocks nothing that an ordinary pod is sure to meet: only addresses that are neither the whole of a
 * private range nor of the internet nor around the pod's own, or only an interface that pods do not have by themselves.
 */
export function isLimitedBlock({ class: different }: Cause, context: Context): boolean {
  const { live, family, hook, packets, witness } = different;
  if (!isBlocked(live.verdict)) return false;
  const over = witness.inInterface ?? witness.outInterface ?? 'eth0';
  if (!['eth0', 'lo'].includes(over)) return true;
  const far = packets[hook === 'PREROUTING' ? 'source' : 'destination'];
  if (far === undefined) return false;
  const own = localAddresses(context.pod).flatMap((text) => parseAddress(text) ?? []);
  return ![...EVERYWHERE[family], ...own.filter((one) => one.family === family).map(hostOf)].some((network) =>
    covers(far, network),
  );
}

/** Whether all of a block is among the addresses that the words of a class name. */
function covers(text: string, network: Network): boolean {
  const { except, values } = fieldSet(text);
  const last = network.address | (network.mask ^ fullMask(network.family));
  const ranges = values.flatMap((value) => {
    const [from = '', to = from] = value.split('-');
    const [low, high] = [parseAddress(from)?.value, parseAddress(to)?.value];
    return low === undefined || high === undefined ? [] : [{ low, high }];
  });
  if (except) return !ranges.some(({ low, high }) => low <= last && high >= network.address);
  return ranges.some(({ low, high }) => low <= network.address && high >= last);
}

function hostOf({ family, value }: { readonly family: Family; readonly value: bigint }): Network {
  return { family, address: value, mask: fullMask(family) };
}

function networks(...texts: readonly string[]): Network[] {
  return texts.flatMap((text) => parseNetwork(text) ?? []);
}
