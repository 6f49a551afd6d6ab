import { ownAddress } from '../flow/routes.ts';
import type { Family } from '../model/family.ts';
import type { Pod } from '../model/pod.ts';
import { isListener } from '../model/socket.ts';
import { USUAL_PORTS } from '../sockets/ports.ts';
import { proxyIdentity } from '../sockets/proxy.ts';

/** What a pod has in place of fields of a packet that were not given. */
export interface StandIns {
  readonly address: (family: Family) => string | undefined;
  /** The user of the application. */
  readonly uid: number;
}

/** What images that do not run as root mostly use. */
const ORDINARY_UID = 1000;

/** The pod's own address, and the user of somebody who listens there and is neither root nor the proxy. */
export function standInsOf({ routing, sockets }: Pod): StandIns {
  const proxys = proxyIdentity(sockets ?? [], new Map(), USUAL_PORTS)?.uids;
  const owners = (sockets ?? []).filter(isListener).flatMap(({ uid }) => uid ?? []);
  const uid = owners.find((one) => one !== 0 && proxys?.has(one) !== true) ?? ORDINARY_UID;
  return { address: (family) => ownAddress(family, routing), uid };
}
