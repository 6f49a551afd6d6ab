import type { CatalogueGroup } from './entry.ts';
import { REPLACE_POD, RESTART, RIGHTS } from './wording.ts';

/** NAT05: inbound capture by TPROXY. */
export const NAT05 = {
  group: 'TPROXY',
  entries: {
    NAT0501: {
      name: 'tproxy-rules',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'The rules for TPROXY in mangle are incomplete',
      meaning:
        'With TPROXY inbound capture happens in the mangle table: new connections are handed to the proxy with a mark, packets of known ones are diverted, and the mark is kept in the connection so that answers find their way back. One of these pieces is missing. Connections hang after the handshake, or calls of the pod to itself go in circles.',
      causes: [
        'The mangle table was changed or flushed by another agent, which also uses marks.',
        'The kernel module xt_TPROXY, xt_mark or xt_connmark is missing on the node.',
        'The release is too old: connection marks came with 1.9, the mark 1338 with 1.11, IPv6 with 1.12.',
      ],
      confirm: {
        'iptables-save | grep -e TPROXY -e DIVERT -e MARK -e mark':
          'in mangle: ISTIO_TPROXY with `--on-port 15006`, ISTIO_DIVERT with MARK and ACCEPT, CONNMARK save in PREROUTING and restore in OUTPUT, and MARK 0x53a in OUTPUT for the owners of the proxy',
        'istio-nat expected --istio-version X.Y.Z --interception-mode TPROXY --output save':
          'the mangle table, to compare with',
      },
      remedy: [
        REPLACE_POD,
        'Use TPROXY only to keep the address of the client; else `sidecar.istio.io/interceptionMode: REDIRECT` on the pod template.',
      ],
    },
    NAT0502: {
      name: 'tproxy-routing',
      severity: 'error',
      title: 'The policy routing that TPROXY needs is missing',
      meaning:
        "Marked packets must be delivered to the pod itself even when their destination is somebody else's address. A routing rule for the mark and a table with a local default route do that. One of them is missing. The proxy still accepts connections, but it speaks to the application from the address of the client, and the application's answers to that address leave the pod instead of coming back to the proxy.",
      causes: [
        'istio-init could not write routes, or was interrupted before it did.',
        'Another agent uses table 133 or flushed the routing rules.',
        'The mark or the table was changed for the rules and not for the routing.',
        'IPv6: the routing came with 1.12.',
      ],
      confirm: {
        'ip rule show': '`from all fwmark 0x539 lookup 133`; for IPv6 `ip -6 rule show`',
        'ip route show table 133':
          '`local default dev lo scope host`; for IPv6 `ip -6 route show table 133`. An error that the table does not exist means that it is empty',
      },
      remedy: [
        REPLACE_POD,
        'Keep others off mark 1337 and table 133, or set `ISTIO_INBOUND_TPROXY_MARK` and `ISTIO_INBOUND_TPROXY_ROUTE_TABLE`.',
      ],
      rights: RIGHTS.routing,
    },
    NAT0503: {
      name: 'tproxy-listener',
      severity: 'error',
      title: 'The inbound listener of the proxy cannot take TPROXY connections',
      meaning:
        'A packet that is handed over by TPROXY keeps its destination, so the listener on 15006 must be transparent, and the proxy needs NET_ADMIN to make it so. It is not, and the kernel drops or refuses what it is handed.',
      causes: [
        'The rules are for TPROXY and the proxy was started for REDIRECT: the annotation reached only one of them.',
        'A policy of the cluster (Pod Security) removed NET_ADMIN from istio-proxy, or forces it to run as another user than root.',
      ],
      confirm: {
        "ss -Hltn --inet-sockopt 'sport = :15006'":
          '`transparent` among the options; it is missing (not every version of ss has the option)',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'for istio-proxy: ISTIO_META_INTERCEPTION_MODE is TPROXY, runAsUser is 0 and capabilities add NET_ADMIN',
      },
      remedy: [
        'Set `sidecar.istio.io/interceptionMode: TPROXY` on the pod template, and allow istio-proxy NET_ADMIN in this namespace.',
        'Or set it to REDIRECT, which needs no right.',
        RESTART,
      ],
      rights: RIGHTS.sockets,
    },
  },
} satisfies CatalogueGroup<'NAT05'>;
