import type { CatalogueGroup } from './entry.ts';
import { REPLACE_POD, RESTART, RIGHTS } from './wording.ts';

const REDIRECTION = {
  'kubectl get pod POD -n NAMESPACE -o yaml':
    'the annotation `ambient.istio.io/redirection`: `enabled` means that rules were written and ztunnel took over, `pending` (1.25 and later) that ztunnel did not',
};

/** NAT09: pods in ambient mode. */
export const NAT09 = {
  group: 'Ambient',
  entries: {
    NAT0901: {
      name: 'ambient-rules-lost',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'The pod is enrolled in ambient, and its rules are gone or incomplete',
      meaning:
        'Policy routing, the sockets of ztunnel in the pod or its annotation say that the pod is in ambient. The rules that send its traffic there are missing or not complete, so it bypasses the mesh in plain text while the control plane still lists it as enrolled.',
      causes: [
        { cause: 'Another agent flushed the tables in the pod.', tell: 'Pods beside it on the same node are whole.' },
        {
          cause: 'The istio-cni agent was interrupted while it enrolled, reconciled or removed the pod.',
          tell: 'Several pods of the node have it, and they started while the istio-cni pod of the node was starting or restarting, as after a reboot.',
        },
        'Native nftables 1.28.0 with IPv6 off, and agents of 1.28, 1.29.0 to 1.29.3 and 1.30.0 that enrolled pods at the same moment, can lose rules.',
      ],
      confirm: {
        ...REDIRECTION,
        'ip rule show': '`fwmark 0x111/0xfff lookup 100`, which stays when the rules are lost',
        'iptables-save; nft list ruleset':
          'ISTIO_PRERT and ISTIO_OUTPUT in nat and mangle, or the tables istio-ambient-nat and istio-ambient-mangle',
      },
      remedy: [
        'Read why first: `kubectl logs -n istio-system -l k8s-app=istio-cni-node --prefix`.',
        REPLACE_POD,
        'Set `ambient.reconcileIptablesOnStartup=true` for the istio-cni chart (1.25 and later): it mends the pods of its node.',
      ],
      since: '1.21',
      rights: RIGHTS.rulesAndRouting,
    },
    NAT0902: {
      name: 'ztunnel-not-listening',
      severity: 'error',
      title: "Ambient's rules are there, and ztunnel does not listen in the pod",
      meaning:
        "ztunnel serves each pod on sockets inside the pod's own network namespace, on 15001, 15006 and 15008. The rules send traffic there and the sockets are missing, so every captured connection is refused.",
      causes: [
        {
          cause: 'ztunnel on this node is down, restarting, or has not heard of the pod yet.',
          tell: 'Every ambient pod of the node has it, and `kubectl get pod -n istio-system -o wide` shows ztunnel of the node as not ready.',
        },
        {
          cause: 'The connection between the istio-cni agent and ztunnel was lost; the annotation then says `pending`.',
          tell: 'ztunnel is ready, and only pods that started lately have it.',
        },
        'The pod was removed from ambient, and the rules stayed.',
      ],
      confirm: {
        'ss -Hltn': 'listeners on 15001, 15006 and 15008; they are listed here although ztunnel runs elsewhere',
        ...REDIRECTION,
        'kubectl get pods -n istio-system -o wide --field-selector spec.nodeName=NODE':
          'ztunnel and istio-cni-node on the node of the pod: ready, and without recent restarts',
      },
      remedy: [
        'Read why ztunnel does not serve the pod: `kubectl logs -n istio-system -l app=ztunnel --prefix`.',
        'When ztunnel runs again, delete the pod: `kubectl delete pod POD -n NAMESPACE`.',
        'To leave the pod out: the label `istio.io/dataplane-mode: none` on its template (1.22 and later).',
      ],
      since: '1.21',
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0903: {
      name: 'host-probe-exemption',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'Probes of the kubelet are not exempt from capture',
      meaning:
        "In ambient the node rewrites the source of the kubelet's probes to a fixed link-local address, and rules in the pod let this address through. The exemption is missing or names another address, so probes are captured. They fail where mTLS is demanded, and the pod is restarted or never becomes ready.",
      causes: [
        {
          cause:
            'The address was changed on the agent (HOST_PROBE_SNAT_IP, HOST_PROBE_SNAT_IPV6) after the pod was enrolled.',
          tell: 'The rules of the pod name another address than 169.254.7.127 (fd16:9254:7127:1337:ffff:ffff:ffff:ffff), or than the agent does.',
        },
        'The rules of the pod were changed by another agent.',
        {
          cause:
            'Probes arrive from the address of the node, because the rule or the ipset on the node is missing; then the rules in the pod are right.',
          tell: 'The rules in the pod are right, and what is missing is on the node.',
        },
      ],
      confirm: {
        'iptables-save | grep 169.254.7.127':
          'an ACCEPT from this address in ISTIO_PRERT and to it in ISTIO_OUTPUT. IPv6 (1.23 and later): fd16:9254:7127:1337:ffff:ffff:ffff:ffff in `ip6tables-save`',
        'kubectl describe pod POD -n NAMESPACE': 'events of failed probes',
      },
      remedy: [
        REPLACE_POD,
        'Keep `HOST_PROBE_SNAT_IP` and `HOST_PROBE_SNAT_IPV6` of the istio-cni agent at one value on all nodes, preferably the default.',
      ],
      since: '1.21',
    },
    NAT0904: {
      name: 'connmark-missing',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: "A rule that keeps ztunnel's mark in the connection is missing",
      meaning:
        "ztunnel marks its own packets (0x539). One rule saves that in the connection (0x111), another puts it back on the application's answers, so that routing hands these to ztunnel and not to the client whose address ztunnel used. One of the two is missing, and inbound connections through ztunnel hang.",
      causes: [
        'Another agent changed the mangle table, or uses connection marks itself.',
        'The pod bypasses inbound capture (`ambient.istio.io/bypass-inbound-capture`), and the release is older than 1.29, which leaves the first rule out; that is how those releases are, and is reported only where another is expected.',
      ],
      confirm: {
        'iptables-save | grep CONNMARK':
          'in mangle: `--set-xmark 0x111/0xfff` for mark 0x539 in ISTIO_PRERT, and `--restore-mark` for connmark 0x111 in ISTIO_OUTPUT',
        'nft list table inet istio-ambient-mangle':
          'native nftables: a rule that sets `ct mark`, and one that sets the mark from it',
      },
      remedy: [REPLACE_POD, 'Keep other agents from changing marks with the mask 0xfff in pods of the mesh.'],
      since: '1.21',
    },
    NAT0905: {
      name: 'ambient-routing',
      severity: 'error',
      title: "Ambient's policy routing is missing",
      meaning:
        "Ambient adds a routing rule for the mark 0x111 and a table with a local default route, so that answers to connections which ztunnel opened with the client's address come back to it. One of them is missing, so these answers leave the pod, and inbound connections hang. They are written in every mode, so both should be there.",
      causes: [
        'Another agent flushed the routing rules or uses table 100.',
        'The agent was interrupted: with native nftables routing is written after the rules.',
        'IPv6 only: it is disabled on lo, so the route cannot exist.',
      ],
      confirm: {
        'ip rule show': '`32764: from all fwmark 0x111/0xfff lookup 100`; for IPv6 `ip -6 rule show`',
        'ip route show table 100':
          '`local default dev lo`; for IPv6 `ip -6 route show table 100`. An error that the table does not exist means that it is empty',
      },
      remedy: [REPLACE_POD, 'Keep other agents off table 100 and priority 32764 in pods of the mesh.'],
      since: '1.21',
      rights: RIGHTS.routing,
    },
    NAT0906: {
      name: 'sidecar-and-ambient',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'Rules of both data planes, or of the wrong one, are in this pod',
      meaning:
        'There are rules of both data planes. They use the same ports and partly the same chain names, so traffic is captured by one, by the other or by both in turn. Istio prevents this: a pod with the annotation `sidecar.istio.io/status` is never enrolled in ambient. The same code is used for a pod that is said to have a sidecar and holds the rules of ambient only: all its traffic goes to ztunnel, and the sidecar, if there is one, gets none.',
      causes: [
        'The namespace or the pod has the label `istio.io/dataplane-mode: ambient`, and no sidecar was injected.',
        'The sidecar was added by a template or a tool that does not set `sidecar.istio.io/status`.',
        'The rules of a sidecar were written by hand in an ambient pod.',
        'The pod was moved from one mode to the other while it was running.',
      ],
      confirm: {
        'iptables-save; nft list ruleset':
          'ISTIO_PRERT together with ISTIO_INBOUND or ISTIO_REDIRECT; or istio-ambient- tables together with istio-proxy- ones',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'a container istio-proxy and the annotations `sidecar.istio.io/status` and `ambient.istio.io/redirection`',
      },
      remedy: [
        'Decide for one: the label `istio.io/dataplane-mode: none` on the pod template keeps ambient away (1.22 and later).',
        'Or the label `sidecar.istio.io/inject: "false"`, which keeps the sidecar away.',
        RESTART,
      ],
      since: '1.21',
    },
  },
} satisfies CatalogueGroup<'NAT09'>;
