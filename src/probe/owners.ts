import type { Config } from '../model/config.ts';
import type { Pod } from '../model/pod.ts';
import { isListener } from '../model/socket.ts';
import { proxyIdentity } from '../sockets/proxy.ts';
import type { Owner } from './types.ts';

/** What images that do not run as root mostly use. */
const ORDINARY_UID = 1000;

/** Who we are, and whether we may act as others. */
export interface Sender extends Owner {
  readonly mayBeOthers: boolean;
}

/** Whom to send as: who we are, or where we may be others an application and, in a sidecar pod, the proxy. */
export function defaultOwners({ mayBeOthers, ...own }: Sender, pod: Pod, config: Config, proxy: Owner | null): Owner[] {
  if (!mayBeOthers) return [own];
  const application = applicationUid(pod, config);
  return [{ uid: application, gid: application }, ...(proxy === null ? [] : [proxy])];
}

/** Whom the proxy of a sidecar pod really runs as, as far as it is seen to listen; else whom the rules take for it. */
export function proxyOwner({ sockets, processes }: Pod, config: Config): Owner | null {
  if (config.dataplane !== 'sidecar') return null;
  const known = new Map((processes ?? []).map((process) => [process.pid, process]));
  const { proxyPort, inboundCapturePort, inboundTunnelPort } = config;
  const ports = { outbound: new Set([proxyPort]), inbound: new Set([inboundCapturePort, inboundTunnelPort]) };
  const seen = proxyIdentity(sockets ?? [], known, ports);
  const [uid = config.proxyUid[0]] = seen?.uids ?? [];
  const [gid = config.proxyGid[0]] = seen?.gids ?? [];
  return uid === undefined ? null : { uid, gid: gid ?? uid };
}

/** The user of somebody who listens and is neither root nor the proxy. */
function applicationUid({ sockets }: Pod, { proxyUid }: Config): number {
  const owners = (sockets ?? []).filter(isListener).map(({ uid }) => uid);
  return owners.find((uid) => uid !== null && uid !== 0 && !proxyUid.includes(uid)) ?? ORDINARY_UID;
}
