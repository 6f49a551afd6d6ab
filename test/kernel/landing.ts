/** A stand-in for a program that waits for connections or datagrams. */
export interface StandIn {
  /** What `landed` says when it is reached. */
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly uid: number;
  readonly gid: number;
  /** Left out: every address. */
  readonly address?: string;
  /** IP_TRANSPARENT, as a proxy in TPROXY mode sets it. */
  readonly transparent?: boolean;
}

const PROXY = { uid: 1337, gid: 1337 } as const;
const APP = { uid: 1000, gid: 1000 } as const;

/** The listeners of a pod with a sidecar: the proxy's ports, DNS, and an application on 8080 and 9090. */
export const ISTIO_STAND_INS: readonly StandIn[] = [
  { name: 'proxy-outbound', protocol: 'tcp', port: 15001, ...PROXY },
  { name: 'proxy-inbound', protocol: 'tcp', port: 15006, ...PROXY },
  { name: 'proxy-tunnel', protocol: 'tcp', port: 15008, ...PROXY },
  { name: 'dns', protocol: 'tcp', port: 15053, ...PROXY },
  { name: 'dns', protocol: 'udp', port: 15053, ...PROXY },
  { name: 'app', protocol: 'tcp', port: 8080, ...APP },
  { name: 'app', protocol: 'tcp', port: 9090, ...APP },
];

/** One connection to try, or one datagram to send. */
export interface Attempt {
  readonly from: 'pod' | 'peer';
  readonly to: string;
  readonly port: number;
  /** Default tcp. */
  readonly protocol?: 'tcp' | 'udp';
  /** Default 0. */
  readonly uid?: number;
  /** Default: the uid. */
  readonly gid?: number;
  readonly mark?: number;
  /** Local address and port to bind to. */
  readonly source?: string;
  readonly sourcePort?: number;
  /** Milliseconds to wait for a listener and for the answer; default 500. */
  readonly timeout?: number;
}

/** Where an attempt ended up. */
export interface Landing {
  /** The name of the stand-in; `peer`; or nobody: `refused`, `timeout`, `failed` (then `error` says how). */
  readonly landed: string;
  /** The handshake was completed, or the datagram came back from where it had been sent to. */
  readonly answered: boolean;
  readonly error?: string;
  /** What the listener sees: its own address and port, the client's, and SO_ORIGINAL_DST (tcp only). */
  readonly localAddress?: string;
  readonly port?: number;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly originalDestination?: { readonly address: string; readonly port: number } | null;
}

/** A stand-in as agent/listeners.py opens it, on both families unless its address has one. */
export function listenRequest(standIn: StandIn, families: readonly number[]): object {
  const own = standIn.address === undefined ? families : [standIn.address.includes(':') ? 6 : 4];
  return { address: null, transparent: false, ...standIn, namespace: 'pod', families: own };
}

/** An attempt as agent/listeners.py makes it. */
export function connectRequest(attempt: Attempt): object {
  const { to, port, from, protocol = 'tcp', uid = 0, gid = uid, mark = 0, timeout = 500 } = attempt;
  const source = { source: attempt.source ?? null, sourcePort: attempt.sourcePort ?? 0 };
  const family = to.includes(':') ? 6 : 4;
  return { from, address: to, port, protocol, uid, gid, mark, family, timeout: timeout / 1000, ...source };
}
