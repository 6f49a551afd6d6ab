import { isLoopback } from '../evaluate/state.ts';
import { contains, type Network, parseAddress, parseNetwork } from '../model/address.ts';
import type { Family } from '../model/family.ts';
import { localAddresses } from '../model/pod.ts';
import type { Route, Routing } from '../model/routing.ts';

/** What is taken for the pod's interface where none was shown. */
export const EXAMPLE_DEVICE = 'eth0';

/** The pod's address of a family that it calls others from, if its interfaces were seen. */
export function ownAddress(family: Family, routing: Routing | null): string | undefined {
  const own = addressesOf(family, routing);
  const route = routing?.routes.find((one) => isUnicast(one, family) && one.destination === 'default');
  return own.find((text) => deviceOf(text, routing) === route?.device) ?? own[0];
}

/** The addresses of a family that others can reach the pod at. */
export function addressesOf(family: Family, routing: Routing | null): string[] {
  return localAddresses({ routing }).filter((text) => parseAddress(text)?.family === family);
}

/** The interface that holds an address of the pod; eth0 where that was not seen. */
export function deviceOf(address: string, routing: Routing | null): string {
  return routing?.addresses.find((one) => one.address === address)?.interface ?? EXAMPLE_DEVICE;
}

/** The interface by which packets for an address outside leave, as the main table has it; eth0 where it was not seen. */
export function deviceTo(family: Family, address: string, routing: Routing | null): string {
  const value = parseAddress(address)?.value;
  if (value === undefined) return EXAMPLE_DEVICE;
  const routes = (routing?.routes ?? []).flatMap((route) => {
    const network = isUnicast(route, family) ? networkOf(route) : null;
    return network && contains(network, value) && route.device !== null ? [{ network, device: route.device }] : [];
  });
  // Of two routes to the same prefix the kernel prints the one that it prefers first.
  const best = routes.toSorted(
    (a, b) => Number(b.network.mask > a.network.mask) - Number(b.network.mask < a.network.mask),
  );
  return best[0]?.device ?? EXAMPLE_DEVICE;
}

/** The pod's address that the kernel sends from by an interface: one whose prefix has the destination, else the first. */
export function sourceBy(device: string, family: Family, destination: string, routing: Routing | null): string | null {
  const value = parseAddress(destination)?.value;
  const own = (routing?.addresses ?? []).filter(
    (one) => one.interface === device && one.family === family && one.scope === 'global',
  );
  const near = own.find((one) => {
    const network = parseNetwork(`${one.address}/${one.prefixLength}`);
    return network !== null && value !== undefined && contains(network, value);
  });
  return (near ?? own[0])?.address ?? null;
}

/** Whether an address is one of loopback's. */
export function isLoopbackAddress(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && isLoopback(parsed.family, parsed.value);
}

function isUnicast({ family, table, type }: Route, wanted: Family): boolean {
  return family === wanted && table === 'main' && type === 'unicast';
}

function networkOf({ destination, family }: Route): Network | null {
  return destination === 'default' ? { family, address: 0n, mask: 0n } : parseNetwork(destination);
}
