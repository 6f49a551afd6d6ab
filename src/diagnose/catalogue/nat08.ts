import type { CatalogueGroup } from './entry.ts';
import { RESTART, RIGHTS } from './wording.ts';

const LISTENERS = 'ss -Hltnpe';

/** NAT08: what the sockets of the pod show. */
export const NAT08 = {
  group: 'Sockets',
  entries: {
    NAT0801: {
      name: 'proxy-not-listening',
      severity: 'error',
      title: 'Traffic is redirected to a port where nobody listens',
      meaning:
        'The rules do their part, and at the other end there is no proxy. Every connection that is captured is refused: all inbound and outbound traffic of the pod fails at once.',
      causes: [
        {
          cause: 'The proxy is not up yet: the application started before it and lost its first connections.',
          tell: 'It lasts for seconds after the start and never comes back. `kubectl logs POD -c istio-proxy` says when Envoy was ready.',
        },
        {
          cause:
            'Nothing in the pod has started: the rules are there first, as they are for an init container under istio-cni.',
          tell: 'The pod has no container istio-init (istio-cni wrote the rules), and an init container of its own is running.',
        },
        {
          cause: 'The proxy has ended and the application has not, at the end of a Job for instance.',
          tell: 'istio-proxy is terminated and others are running; with exit code 0 the pod was asked to end.',
        },
        {
          cause: 'The proxy crashed, or got no configuration from istiod and opened no listeners.',
          tell: 'istio-proxy has restarts, or runs and is not ready, and its log has warnings about the connection to istiod.',
        },
        {
          cause: 'The mesh uses other ports (`meshConfig.proxyListenPort`), and istio-cni wrote the standard ones.',
          tell: 'Envoy listens, on another port than the rules name.',
        },
      ],
      confirm: {
        [LISTENERS]: 'listeners on 15001 and 15006; one or both are missing',
        'kubectl get pod POD -n NAMESPACE': 'containers that are not ready, and restarts',
        'kubectl logs POD -n NAMESPACE -c istio-proxy': 'the last error of Envoy or of the agent',
      },
      remedy: [
        'Read why the proxy does not listen: `kubectl logs POD -n NAMESPACE -c istio-proxy`, after a crash with `--previous`.',
        'If it is only late, set `holdApplicationUntilProxyStarts: true` in `proxy.istio.io/config` on the pod template.',
        'If it does not come back, delete the pod: `kubectl delete pod POD -n NAMESPACE`.',
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0802: {
      name: 'reserved-port-taken',
      severity: 'error',
      title: 'An application holds a port that Istio reserves',
      meaning:
        "Istio uses 15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053 and 15090 in the pod. One of them belongs to a socket that is not the proxy's. The proxy cannot open its own listener there, or redirected traffic ends in the application.",
      causes: [
        'The application, or another sidecar (a second mesh, a metrics exporter), uses the port by default.',
        'A second copy of the proxy runs in the pod.',
      ],
      confirm: {
        [LISTENERS]: 'one of these ports with a uid or a process that is not envoy or pilot-agent',
        'kubectl logs POD -n NAMESPACE -c istio-proxy': 'a message that an address is already in use',
      },
      remedy: ['Move the application to another port: what is in 15000 to 15090 belongs to Istio.', RESTART],
      rights: RIGHTS.processes,
    },
    NAT0803: {
      name: 'loopback-only-listener',
      severity: 'warning',
      title: 'The application listens on loopback only and cannot be reached',
      meaning:
        'Since 1.10 the proxy passes inbound requests on to the address of the pod, as Kubernetes would without a mesh, and no longer to 127.0.0.1. A socket that is bound to loopback gets none of them. That is right for an admin port, and an outage for a service.',
      causes: [
        'The application binds to 127.0.0.1 or localhost by default and worked with a release before 1.10.',
        'It is a port for use inside the pod only; then nothing is wrong.',
      ],
      confirm: {
        'ss -Hltne': 'the port with the local address 127.0.0.1 or [::1] only',
        'istioctl analyze -n NAMESPACE': 'IST0143, which says the same for ports of a Service',
      },
      remedy: [
        'Let the application listen on 0.0.0.0 or [::].',
        'Or add a Sidecar resource whose `ingress` has this port with `defaultEndpoint: 127.0.0.1:PORT`.',
      ],
      since: '1.10',
      rights: RIGHTS.sockets,
    },
    NAT0804: {
      name: 'outbound-connection-bypasses',
      severity: 'warning',
      title: 'A live outbound connection does not go through the proxy',
      meaning:
        "A connection that is captured has two sockets in the pod: the application's, and one that the proxy accepted on 15001 from the same port. This one has no partner, so it left the pod directly. Either a rule lets it through, or it is older than the rules: they apply to new connections only. The report says which. Where the configuration lets it through it is a note.",
      causes: [
        {
          cause:
            'The connection was opened before the rules were written, which happens when a running pod is repaired or enrolled in ambient.',
          tell: 'New connections to the same place go through the proxy; `ss -o` shows this one as an old one.',
        },
        {
          cause: 'The port or the range is excluded.',
          tell: 'New connections to the same place go around the proxy too, and the finding quotes the rule that lets them.',
        },
        {
          cause: 'The process runs with the uid or gid of the proxy (NAT0303).',
          tell: '`ss -e` shows the socket with uid 1337, or the gid of its process is 1337.',
        },
      ],
      confirm: {
        'ss -Htne':
          'the connection of the application, and no line `127.0.0.1:15001` (IPv6: `[::1]:15001`) whose peer has its local address and port',
        'istio-nat trace --hook OUTPUT --destination ADDRESS --destination-port PORT --out-interface eth0 --uid UID':
          'what the rules would do with the connection if it were opened now',
      },
      remedy: [
        'If a rule lets it through, correct the exclusion, or the user of the application, on the pod template.',
        'If it is older than the rules, let the application open it again, or delete the pod: `kubectl delete pod POD -n NAMESPACE`.',
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0805: {
      name: 'inbound-connection-bypasses',
      severity: 'warning',
      title: 'A live inbound connection reaches the application directly',
      meaning:
        'A connection that comes through the proxy ends at port 15006, and the application sees the proxy as its peer (127.0.0.6, or 127.0.0.1 in older releases). This socket of the application has another host as its peer, so the connection came in around the proxy. Where clients keep their address by design (TPROXY, ambient) this is not concluded from the peer alone.',
      causes: [
        'The port is excluded from inbound capture, on purpose or not.',
        'The connection was opened before the rules were written.',
        'Inbound rules are missing (NAT0101), or IPv6 is not captured (NAT0601).',
      ],
      confirm: {
        'ss -Htne': 'the socket of the application and its peer',
        'istio-nat trace --hook PREROUTING --source PEER --destination POD_IP --destination-port PORT --in-interface eth0':
          'what the rules would do with the connection if it were opened now',
      },
      remedy: [
        'If the port is excluded, take it out of `traffic.sidecar.istio.io/excludeInboundPorts` on the pod template.',
        'If it is older than the rules, close it from the other side, or delete the pod: `kubectl delete pod POD -n NAMESPACE`.',
      ],
      rights: RIGHTS.sockets,
    },
    NAT0806: {
      name: 'prediction-disagrees',
      severity: 'error',
      title: 'The sockets contradict what the rules predict',
      meaning:
        'The rules say that a connection goes one way, and the sockets show that connections go another way. So something that is not in the rules that were read decides: the report names both sides. The answer of this check should not be trusted until that is found.',
      causes: [
        'A second backend holds rules that were not read (NAT0701).',
        {
          cause:
            'An eBPF program redirects sockets before netfilter sees them, as some network plugins and accelerators do.',
          tell: 'No rule counts these connections: `iptables-save -c` stays at its numbers while new ones are opened.',
        },
        'The rules were changed after these connections were opened.',
        'Rules and sockets were saved from different pods or at different times.',
      ],
      confirm: {
        'iptables-nft-save; iptables-legacy-save; nft list ruleset': 'rules in a second backend',
        'bpftool cgroup tree': 'programs of the types connect4, connect6 or sock_ops, on the node',
      },
      remedy: [
        'If a second backend has rules, delete the pod: `kubectl delete pod POD -n NAMESPACE`.',
        'With Cilium in place of kube-proxy set `socketLB.hostNamespaceOnly=true`, so that it redirects no sockets of pods.',
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0807: {
      name: 'pod-ip-only-listener',
      severity: 'warning',
      title: 'The application listens on the pod address only and cannot be reached',
      meaning:
        'Before 1.10 the proxy passes inbound requests on to 127.0.0.1. A socket that is bound to the address of the pod gets none of them, and callers see 503.',
      causes: ['The application binds to the address of its pod, as many clustered databases and queues do.'],
      confirm: {
        'ss -Hltne': 'the port with the address of the pod as its only local address',
      },
      remedy: [
        'Upgrade to 1.10 or later, or let the application listen on 0.0.0.0.',
        'Or add a Sidecar resource whose `ingress` has this port with the `defaultEndpoint` that it needs.',
      ],
      until: '1.9',
      rights: RIGHTS.sockets,
    },
  },
} satisfies CatalogueGroup<'NAT08'>;
