import type { CatalogueGroup } from './entry.ts';
import { RESTART, RIGHTS } from './wording.ts';

/** NAT02: which ports, ranges and interfaces are captured and which are left alone. */
export const NAT02 = {
  group: 'Inclusions and exclusions',
  entries: {
    NAT0201: {
      name: 'inbound-port-excluded',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'Inbound traffic to a port bypasses the proxy and should not',
      meaning:
        'Packets to this port are let through to the application without passing the proxy, and the configuration says that they should be captured. No policy protects the port, and callers that send mTLS to it fail.',
      causes: [
        'An exclusion that is no longer wanted is still in `traffic.sidecar.istio.io/excludeInboundPorts`, or in `global.proxy.excludeInboundPorts`, which the pod does not show.',
        '`traffic.sidecar.istio.io/includeInboundPorts` is a list, and the port is not in it.',
        'Istio 1.0 to 1.2, and istio-cni 1.8: only the containerPorts that the pod declares are captured.',
        'Istio up to 1.12 leaves port 22 alone when all ports are captured.',
        {
          cause: 'A RETURN for the port was inserted by hand.',
          tell: 'No annotation and no mesh setting has it, and a replaced pod does not have the rule.',
        },
      ],
      confirm: {
        'iptables-save | grep -e "ISTIO_INBOUND.*--dport"':
          'a RETURN with the port in front of the redirect; or, with a list, the absence of the port',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'the two annotations, and the arguments `-b` (captured) and `-d` (left alone) of istio-init, which include the values of the installation',
      },
      remedy: [
        'Take the port out of `traffic.sidecar.istio.io/excludeInboundPorts` on the pod template, or into `includeInboundPorts`.',
        RESTART,
      ],
    },
    NAT0202: {
      name: 'inbound-exclusion-missing',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'A port that should bypass the inbound redirect is captured',
      meaning:
        'Packets to this port should reach their listener directly and are sent to the proxy. For 15090, 15021 and 15020 (metrics, health and status of the proxy) scrapes and probes fail where mTLS is demanded, and the pod may never become ready. For a port of the application, an exclusion did not take effect.',
      causes: [
        {
          cause: 'The annotation is on the Deployment itself and not on its pod template, so no pod has it.',
          tell: '`kubectl get pod POD -n NAMESPACE -o yaml` does not show the annotation.',
        },
        {
          cause: 'The annotation was added after the pod was created.',
          tell: 'The pod shows the annotation, and the arguments of istio-init have nothing of it.',
        },
        'The inbound ports are a list: then Istio does not look at the exclusions.',
        'The rules were written by a script or a template that leaves out the reserved ports.',
      ],
      confirm: {
        'kubectl get pod POD -n NAMESPACE -o yaml':
          '`traffic.sidecar.istio.io/excludeInboundPorts` in the annotations of the pod, and the port in the argument `-d` of istio-init',
        'iptables-save | grep -e "ISTIO_INBOUND.*RETURN"':
          'a RETURN with the port; since 1.6 there is also one each for 15090, 15021 and 15020',
      },
      remedy: [
        'Put `traffic.sidecar.istio.io/excludeInboundPorts: "PORT"` on the pod template; Istio adds the reserved ports itself.',
        RESTART,
      ],
    },
    NAT0203: {
      name: 'outbound-port-excluded',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'Outbound traffic to a port bypasses the proxy and should not',
      meaning:
        'What the application sends to this port leaves the pod without passing the proxy, and the configuration says that it should be captured. Servers in the mesh that demand mTLS refuse such connections, and no routing or telemetry applies to them.',
      causes: [
        'An exclusion that is no longer wanted is still in `traffic.sidecar.istio.io/excludeOutboundPorts`, or in `global.proxy.excludeOutboundPorts`, which the pod does not show.',
        'istio-cni writes the rules: it leaves outbound port 15020 alone by default, istio-init does not.',
        {
          cause: 'A RETURN for the port was inserted by hand.',
          tell: 'No annotation and no mesh setting has it, and a replaced pod does not have the rule.',
        },
      ],
      confirm: {
        'iptables-save | grep -e "ISTIO_OUTPUT.*--dport.*RETURN"':
          'a RETURN with the port; since 1.25 there are two, for tcp and udp',
        'kubectl get pod POD -n NAMESPACE -o yaml': 'the annotation, and the argument `-o` of istio-init',
      },
      remedy: [
        'Take the port out of `traffic.sidecar.istio.io/excludeOutboundPorts` on the pod template, or out of `global.proxy`.',
        RESTART,
      ],
    },
    NAT0204: {
      name: 'outbound-port-exclusion-missing',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'An outbound port that should bypass the proxy is captured',
      meaning:
        'The configuration leaves this port alone, and its packets are sent to the proxy all the same. Protocols in which the server speaks first, and servers that the proxy does not know, then hang or fail.',
      causes: [
        {
          cause: 'The annotation is on the Deployment itself and not on its pod template, so no pod has it.',
          tell: '`kubectl get pod POD -n NAMESPACE -o yaml` does not show the annotation.',
        },
        {
          cause: 'The annotation was added after the pod was created.',
          tell: 'The pod shows the annotation, and the arguments of istio-init have nothing of it.',
        },
        'The port is udp, and the release is older than 1.25, which excludes tcp only.',
        'Istio 1.0 and 1.1 do not know the setting.',
      ],
      confirm: {
        'kubectl get pod POD -n NAMESPACE -o yaml':
          '`traffic.sidecar.istio.io/excludeOutboundPorts` in the annotations of the pod, and the port in the argument `-o` of istio-init',
        'istio-nat trace --hook OUTPUT --destination 192.0.2.1 --destination-port PORT --out-interface eth0 --uid 1000':
          'the rule that redirects the packet, and no RETURN in front of it',
      },
      remedy: ['Put `traffic.sidecar.istio.io/excludeOutboundPorts: "PORT"` on the pod template.', RESTART],
      since: '1.2',
    },
    NAT0205: {
      name: 'outbound-range-excluded',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'An outbound address range bypasses the proxy and should not',
      meaning:
        'What the application sends to these addresses leaves the pod without passing the proxy, and the configuration says that it should be captured. When the range holds services of the mesh, those that demand mTLS refuse the connections.',
      causes: [
        'An exclusion that is no longer wanted is still in `traffic.sidecar.istio.io/excludeOutboundIPRanges`, or in `global.proxy.excludeIPRanges`, which the pod does not show.',
        '`traffic.sidecar.istio.io/includeOutboundIPRanges` is a list that does not cover the range.',
        'The list has the range of one family only: each family has its own rules.',
      ],
      confirm: {
        'iptables-save | grep -e "ISTIO_OUTPUT.* -d "':
          'a RETURN for the range; or, with a list, no rule for it that leads to ISTIO_REDIRECT. IPv6: `ip6tables-save`',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'the two annotations, and the arguments `-i` (captured) and `-x` (left alone) of istio-init',
      },
      remedy: [
        'Correct `excludeOutboundIPRanges` and `includeOutboundIPRanges` (`traffic.sidecar.istio.io/`) on the pod template.',
        RESTART,
      ],
    },
    NAT0206: {
      name: 'outbound-range-exclusion-missing',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'An address range that should bypass the proxy is captured',
      meaning:
        'The configuration leaves these addresses alone, and packets to them are sent to the proxy all the same. Metadata servers, the API server, databases and other services that were excluded on purpose then see the proxy in between, or are not reached at all.',
      causes: [
        {
          cause: 'The annotation is on the Deployment itself and not on its pod template, so no pod has it.',
          tell: '`kubectl get pod POD -n NAMESPACE -o yaml` does not show the annotation.',
        },
        {
          cause: 'The annotation was added after the pod was created.',
          tell: 'The pod shows the annotation, and the arguments of istio-init have nothing of it.',
        },
        'The rule comes after the redirect, or a listed port (`traffic.sidecar.istio.io/includeOutboundPorts`) that was meant for other addresses is redirected first.',
      ],
      confirm: {
        'kubectl get pod POD -n NAMESPACE -o yaml':
          '`traffic.sidecar.istio.io/excludeOutboundIPRanges` in the annotations of the pod, and the range in the argument `-x` of istio-init',
        'istio-nat trace --hook OUTPUT --destination ADDRESS --destination-port 443 --out-interface eth0 --uid 1000':
          'the rule that redirects the packet, and no RETURN in front of it',
      },
      remedy: [
        'Put `traffic.sidecar.istio.io/excludeOutboundIPRanges: "CIDR"` on the pod template; `*` is not allowed here.',
        RESTART,
      ],
    },
    NAT0207: {
      name: 'listener-excluded',
      severity: 'warning',
      title: 'The application listens on a port that inbound capture leaves alone',
      meaning:
        'The port is excluded, as configured, and the application serves on it. Callers in the mesh see that the pod has a proxy and send mTLS by default; the application receives TLS that it cannot read, and the connection fails. No policy protects the port.',
      causes: [
        {
          cause: 'The port was excluded for one purpose, such as probes or scrapes, and also serves requests.',
          tell: 'Clients in the mesh get 503 with UC or a TLS error while clients without a sidecar get answers: the clients still send mTLS, because an annotation of the server changes nothing for them.',
        },
        '`traffic.sidecar.istio.io/includeInboundPorts` is a list, and the application got a new port.',
        'The application listens on a port that Istio reserves.',
      ],
      confirm: {
        'ss -Hltne': 'a listener on the port whose uid is not that of the proxy',
        'iptables-save | grep -e "ISTIO_INBOUND.*--dport"':
          'a RETURN for the port, or a list of captured ports without it',
      },
      remedy: [
        'Take the port out of `traffic.sidecar.istio.io/excludeInboundPorts` on the pod template.',
        'Or tell the callers: a DestinationRule with `tls.mode: DISABLE` in its `portLevelSettings` for this port.',
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0208: {
      name: 'include-too-narrow',
      severity: 'warning',
      title: 'Addresses that are in use lie outside the ranges that are captured',
      meaning:
        'Only some address ranges are captured, and a host the pod talks to, one of its resolvers, or the 240.240.0.0/16 range from which Istio gives addresses to ServiceEntries lies outside. Traffic to them goes out directly. For 240.240.0.0/16 it can never arrive, because only the proxy knows what these addresses mean. That a live connection goes to such a host is a note.',
      causes: [
        {
          cause:
            '`traffic.sidecar.istio.io/includeOutboundIPRanges` or `global.proxy.includeIPRanges` names the service range of the cluster only, and the application calls pods or hosts directly.',
          tell: 'The peers are pods or hosts outside the cluster, and calls to names of services are captured.',
        },
        {
          cause: 'Automatic addresses for ServiceEntries were turned on later.',
          tell: 'The addresses that are missing lie in 240.240.0.0/16.',
        },
        'The cluster got another service or pod range.',
      ],
      confirm: {
        'iptables-save | grep -e "ISTIO_OUTPUT.*ISTIO_REDIRECT"': 'the ranges that are captured',
        'ss -Htne': 'peers of the application outside these ranges',
        'cat /etc/resolv.conf': 'resolvers outside these ranges, when DNS over TCP matters',
      },
      remedy: [
        'Widen `traffic.sidecar.istio.io/includeOutboundIPRanges` on the pod template; automatic addresses are in `240.240.0.0/16`.',
        RESTART,
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0209: {
      name: 'exclusion-without-effect',
      severity: 'warning',
      title: 'An exclusion is configured and can never take effect',
      meaning:
        'Some exclusions are accepted and then do nothing: exclusions of inbound ports when the inbound ports are a list, exclusions of owner groups unless all groups are captured, any exclusion behind a rule that redirects the same packets first, and all that only the other data plane knows (ambient excludes neither ports nor ranges). The traffic that was meant to stay out goes through the proxy.',
      causes: [
        'Inclusion and exclusion are both set, and the inclusion is a list.',
        'The same port is both included and excluded.',
        'An outbound range is excluded for a resolver whose DNS is captured before the range is looked at.',
        'The pod was moved from a sidecar to ambient with its `traffic.sidecar.istio.io/…` annotations.',
      ],
      confirm: {
        'kubectl get pod POD -n NAMESPACE -o yaml': 'include… and exclude… annotations that are set at the same time',
        'iptables-save | grep -e "-A ISTIO_"': 'no RETURN for the excluded value, or one that comes after the redirect',
      },
      remedy: [
        'On the pod template name what is captured (`includeInboundPorts: "8080"`) or what is not, and not both; the same for groups.',
        RESTART,
      ],
    },
    NAT0210: {
      name: 'interface-exclusion-wrong',
      severity: 'error',
      traffic: { scope: 'rule', mending: 'edits' },
      title: 'Rules for excluded or virtual interfaces are missing or misplaced',
      meaning:
        'Traffic of some interfaces needs rules of its own: excluded ones (a second network for storage, say) must be left alone, and virtual ones (of virtual machines in the pod) count as outbound. These rules must come before the general ones. Here they are missing or come too late, so the traffic of that interface is captured when it should not be, or the other way round. A warning says that the pod has a bridge or tunnel of its own (docker0, virbr0, wg0) which Istio was not told of: what it forwards from there is captured as inbound.',
      causes: [
        'The annotation was added after the pod was created, or is on the Deployment and not on its pod template.',
        'istio-cni 1.25.0 to 1.26.4 and 1.27.0 to 1.27.1: `traffic.sidecar.istio.io/kubevirtInterfaces` is ignored.',
        'The release is too old: virtual interfaces came with 1.1, excluded ones with 1.11.3.',
        'The interface has another name than the annotation says.',
        'A container or virtual machine runtime, or a VPN, was added to the pod and its interface to no annotation.',
      ],
      confirm: {
        'iptables-save | grep -e "-i " -e "-o "':
          'rules with the interface at the top of PREROUTING, and for excluded ones of OUTPUT as well',
        'ip addr show': 'the names of the interfaces of the pod',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          '`traffic.sidecar.istio.io/excludeInterfaces`, and `istio.io/reroute-virtual-interfaces` or its predecessor `traffic.sidecar.istio.io/kubevirtInterfaces`',
      },
      remedy: [
        'Set `traffic.sidecar.istio.io/excludeInterfaces` or `istio.io/reroute-virtual-interfaces` on the pod template.',
        RESTART,
      ],
      since: '1.1',
    },
  },
} satisfies CatalogueGroup<'NAT02'>;
