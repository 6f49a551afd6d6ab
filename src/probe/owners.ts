import type { Config } from '../model/config.ts';
import type { Pod } from '../model/pod.ts';
import { isListener } from '../model/socket.ts';
import type { Owner } from './types.ts';

/** What images that do not run as root mostly use. */
const ORDINARY_UID = 1000;

/** Whom to send as: who we are, or as root an application and, in a sidecar pod, the proxy. */
export function defaultOwners(own: Owner, pod: Pod, config: Config): Owner[] {
  if (own.uid !== 0) return [own];
  const application = applicationUid(pod, config);
  const [uid] = config.proxyUid;
  const [gid] = config.proxyGid;
  const proxy = config.dataplane === 'sidecar' && uid !== undefined ? [{ uid, gid: gid ?? uid }] : [];
  return [{ uid: application, gid: application }, ...proxy];
}

/** The user of somebody who listens and is neither root nor the proxy. */
function applicationUid({ sockets }: Pod, { proxyUid }: Config): number {
  const owners = (sockets ?? []).filter(isListener).map(({ uid }) => uid);
  return owners.find((uid) => uid !== null && uid !== 0 && !proxyUid.includes(uid)) ?? ORDINARY_UID;
}
