import type { InterfaceAddress } from '../model/routing.ts';
import { isListener, type Socket } from '../model/socket.ts';
import { isLoopback, isWildcard } from './address.ts';
import type { Holders } from './holder.ts';
import { isProxyPort, type ProxyPorts } from './ports.ts';

/** Which addresses are the pod's own, and on which interface. */
export class OwnAddresses {
  readonly #interfaces: ReadonlyMap<string, string>;
  readonly #own: ReadonlySet<string>;

  constructor(
    sockets: readonly Socket[],
    addresses: readonly InterfaceAddress[] | null,
    { holders, ports }: { readonly holders: Holders; readonly ports: ProxyPorts },
  ) {
    this.#interfaces = new Map((addresses ?? []).map((known) => [known.address, known.interface]));
    this.#own = addresses === null ? addressesOf(sockets, holders, ports) : new Set(this.#interfaces.keys());
  }

  /** Whether packets to the address stay in the pod. */
  includes(address: string): boolean {
    return isLoopback(address) || this.#own.has(address);
  }

  /** The interface of an address; a pod's only one is called eth0 unless somebody saw something else. */
  interfaceOf(address: string): string {
    return this.#interfaces.get(address) ?? 'eth0';
  }

  /** The addresses that other hosts can connect to, one of each family. */
  reachable(): readonly string[] {
    const others = [...this.#own].filter((address) => !isLoopback(address) && !address.startsWith('fe80:'));
    const first = (wanted: boolean) => others.filter((address) => address.includes(':') === wanted).slice(0, 1);
    return [...first(false), ...first(true)];
  }
}

/**
 * The addresses that sockets show to be local. Of the proxy's connections those on its own ports count only: where it
 * keeps the client's address (TPROXY, ambient) the near end of the others has an address of another host.
 */
function addressesOf(sockets: readonly Socket[], holders: Holders, ports: ProxyPorts): Set<string> {
  const own = sockets.filter(
    (socket) => isListener(socket) || isProxyPort(socket.localPort, ports) || holders.of(socket) === 'application',
  );
  return new Set(own.map(({ localAddress }) => localAddress).filter((address) => !isWildcard(address)));
}
