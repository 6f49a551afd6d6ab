import type { Verdict } from '../model/packet.ts';
import type { RuleReference } from '../model/ruleset.ts';
import type { Process, Socket } from '../model/socket.ts';

/** What waits for connections or datagrams. */
export type ListenerKind =
  /** Of the proxy or its agent. */
  | 'proxy-listener'
  /** The application's, and the rules lead its connections to the proxy. */
  | 'listener-captured'
  /** The application's, and the rules leave its connections alone. */
  | 'listener-excluded'
  /** The application's, reachable inside the pod only. */
  | 'listener-loopback'
  /** The application's; what the rules do about it is not known. */
  | 'listener'
  /** UDP, which is not captured on its way in. */
  | 'listener-udp';

/** What a socket with a peer is. */
export type ConnectionKind =
  /** The application's, with a partner that the proxy accepted on its outbound port. */
  | 'outbound-proxied'
  /** The application's, and the proxy has no part in it. */
  | 'outbound-direct'
  /** The application's, and the proxy is at the other end. */
  | 'inbound-proxied'
  /** The application's, and another host is at the other end. */
  | 'inbound-direct'
  /** The proxy's end of an outbound connection that was captured. */
  | 'accepted-outbound'
  /** The proxy's end of a connection from outside. */
  | 'accepted-inbound'
  /** The proxy's connection to the application. */
  | 'proxy-to-application'
  /** The proxy's connection to where the application wants to go. */
  | 'proxy-upstream'
  /** One end of a connection of the proxy to its own outbound port. */
  | 'proxy-loop'
  /** The proxy's connection to istiod. */
  | 'control-plane'
  | 'dns'
  /** Somebody outside asks the proxy or the agent for health or metrics. */
  | 'probe'
  /** Both ends are in the pod, and none of the above. */
  | 'loopback'
  /** UDP other than DNS, which is not captured. */
  | 'udp'
  /** Opening or closing: it proves nothing. */
  | 'transient'
  /** It cannot be told; `because` says why. */
  | 'unknown';

export type SocketKind = ListenerKind | ConnectionKind;

/**
 * Whose a socket is. `shared`: the proxy and others run under its uid, and nothing else tells. `unknown`: its owner was not
 * shown, or the proxy was not, which it would have to be told from.
 */
export type Holder = 'proxy' | 'application' | 'shared' | 'unknown' | 'nobody';

/** What the rules would do to the first packet of a connection, if it were opened now. */
export type Prediction =
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly rule: RuleReference | null }
  /** The gid of the socket's owner is not visible, and a rule asks for it. */
  | {
      readonly kind: 'depends-on-gid';
      /** For a gid that no rule names. */
      readonly verdict: Verdict;
      readonly rule: RuleReference | null;
      readonly unless: readonly { readonly gid: number; readonly verdict: Verdict }[];
    }
  | { readonly kind: 'undetermined'; readonly because: string };

/**
 * How a prediction and what the sockets show fit together. `older`: the rules would redirect the connection if it were
 * opened now. `gid`: they would, unless its owner has a gid that is not visible. `disagrees`: the rules would let it
 * pass, and the proxy has it.
 */
export type Agreement = 'agrees' | 'older' | 'gid' | 'disagrees';

/** What a look at one connection says, before it is held against the rules. */
export interface Sighting {
  readonly kind: SocketKind;
  /** Where the way of the connection tells more than the owner alone. */
  readonly holder?: Holder;
  readonly partner?: Socket;
  readonly because?: string;
}

/** A socket, and what it is. */
export interface ClassifiedSocket {
  readonly socket: Socket;
  readonly kind: SocketKind;
  readonly holder: Holder;
  readonly process?: Process;
  /** It is not the proxy's, and has the uid or the gid that lets the proxy's packets by. */
  readonly as?: 'proxy-uid' | 'proxy-gid';
  /** The other end inside this pod. */
  readonly partner?: Socket;
  /** Left out where there is nothing to predict, or there are no rules to predict from. */
  readonly prediction?: Prediction;
  readonly agreement?: Agreement;
  /** Why nothing more can be said. */
  readonly because?: string;
}

/** Who the proxy of the pod is, by the sockets that listen on its ports. */
export interface ProxyIdentity {
  readonly uids: ReadonlySet<number>;
  /** Of the processes that were visible. */
  readonly gids: ReadonlySet<number>;
  readonly pids: ReadonlySet<number>;
  readonly cgroups: ReadonlySet<string>;
  /** As far as the control groups of its processes name them. */
  readonly containers: ReadonlySet<string>;
  /** The reader sees the processes of all that listens on the proxy's ports: of Envoy, and of the agent too. */
  readonly isVisible: boolean;
  /** Process 1 of the reader's pid namespace is Istio's: what the reader sees runs in the container of the proxy. */
  readonly isFirst: boolean;
  /** The listeners on its outbound port, or else on the others. */
  readonly listeners: readonly Socket[];
}

/** Whether all listeners and all connections would be among the sockets. */
export interface ShownKinds {
  readonly listeners: boolean;
  readonly connections: boolean;
}

/** All sockets of a pod, and who its proxy is; null when nobody listens on any of its ports. */
export interface SocketsView {
  readonly proxy: ProxyIdentity | null;
  readonly shown: ShownKinds;
  readonly sockets: readonly ClassifiedSocket[];
}
