import { isOfZtunnel } from '../istio/marks.ts';
import { isControlPlane } from '../istio/ports.ts';
import { ASK_FOR_SOCKETS } from '../model/shown-sockets.ts';
import type { Process, Socket } from '../model/socket.ts';
import { hasIstioName, isElsewhere } from './proxy.ts';
import type { Holder, ProxyIdentity } from './types.ts';

/** Why nothing is said of a socket without an owner. */
export const OWNER_NOT_SHOWN = `whose it is was not shown: give the output of ${ASK_FOR_SOCKETS}`;

/** What else was seen that helps to tell. */
interface Sight {
  /** Whether an earlier look saw the socket as well; false when there was none. */
  readonly wasThere: (socket: Socket) => boolean;
  /** Whether the proxy would be known if there were one. */
  readonly isProxyShown: boolean;
}

/** Tells whose sockets are, by everything that ss says about their owners. */
export class Holders {
  readonly #proxy: ProxyIdentity | null;
  readonly #processes: ReadonlyMap<number, Process>;
  /** Marks are shown to readers with CAP_NET_ADMIN only, and then on the proxy's own listeners as well. */
  readonly #marked: boolean;

  readonly #sight: Sight;

  constructor(proxy: ProxyIdentity | null, processes: ReadonlyMap<number, Process>, sight: Sight) {
    this.#proxy = proxy;
    this.#processes = processes;
    this.#sight = sight;
    this.#marked = proxy?.listeners.every(isMarked) ?? false;
  }

  /** The process of a socket, if it was visible. */
  process({ process }: Socket): Process | undefined {
    return process === undefined ? undefined : this.#processes.get(process.pid);
  }

  /** Whose a socket is, by its owner alone. */
  of(socket: Socket): Holder {
    const proxy = this.#proxy;
    const { uid, process } = socket;
    if (uid === null) return socket.inode === 0 ? 'nobody' : this.#byProcess(socket);
    if (proxy === null && process !== undefined && hasIstioName(socket)) return 'proxy';
    if (proxy === null) return this.#sight.isProxyShown ? 'application' : 'unknown';
    if (!proxy.uids.has(uid)) return 'application';
    if (process !== undefined) return this.#isProxys(socket, process.pid, proxy) ? 'proxy' : 'application';
    return this.#hidden(socket, proxy, uid);
  }

  /** Without -e no user is shown, and a socket that nobody holds looks the same; netstat without -n may give a name. */
  #byProcess(socket: Socket): Holder {
    const { process } = socket;
    if (process === undefined) return 'unknown';
    if (this.#proxy === null) return hasIstioName(socket) ? 'proxy' : 'unknown';
    return this.#isProxys(socket, process.pid, this.#proxy) ? 'proxy' : 'application';
  }

  /**
   * An Envoy that hands over to its successor no longer listens; names tell it from others where no container is named. What
   * runs in the container of Envoy, as somebody's `kubectl exec -c istio-proxy` does, is none of the application's. From
   * inside of it nothing else is visible, and its id is not.
   */
  #isProxys(socket: Socket, pid: number, proxy: ProxyIdentity): boolean {
    const container = this.#processes.get(pid)?.container;
    if (proxy.pids.has(pid) || (container !== undefined && proxy.containers.has(container))) return true;
    return (proxy.isFirst || hasIstioName(socket)) && !isElsewhere(socket, this.#processes.get(pid), proxy);
  }

  /** A socket under the uid of the proxy whose process is not visible. */
  #hidden(socket: Socket, proxy: ProxyIdentity, uid: number): Holder {
    if (isElsewhere(socket, undefined, proxy)) return 'application';
    if (proxy.isVisible && this.#hadTimeToShow(socket)) return 'application';
    if (this.#marked) return isMarked(socket) ? 'proxy' : 'application';
    // Root is everybody's uid; any other is the proxy's alone.
    return uid === 0 ? 'shared' : 'proxy';
  }

  /** ss looks for processes first and then for sockets, so one that was opened in between has none either. */
  #hadTimeToShow(socket: Socket): boolean {
    return socket.state === 'LISTEN' || (!isControlPlane(socket.peerPort) && this.#sight.wasThere(socket));
  }

  /** Which of the proxy's ids the owner of a socket has that is not the proxy's. Root's are everybody's. */
  sharedId(socket: Socket): 'proxy-uid' | 'proxy-gid' | null {
    const proxy = this.#proxy;
    if (proxy === null || socket.uid === null) return null;
    if (socket.uid !== 0 && proxy.uids.has(socket.uid)) return 'proxy-uid';
    const gid = this.process(socket)?.fsgid;
    return gid !== undefined && gid !== 0 && proxy.gids.has(gid) ? 'proxy-gid' : null;
  }
}

/** ztunnel marks all its sockets; of a sidecar's only those that go on to the application are. */
function isMarked({ mark }: Socket): boolean {
  return isOfZtunnel(mark);
}
