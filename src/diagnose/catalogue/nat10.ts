import type { CatalogueGroup } from './entry.ts';
import { RIGHTS } from './wording.ts';

/** NAT10: what keeps an answer from being given, and pods that are not expected to have a layout. */
export const NAT10 = {
  group: 'Looking',
  entries: {
    NAT1001: {
      name: 'no-rights',
      severity: null,
      title: 'The rules could not be read: a right is missing',
      meaning:
        'The kernel refused to show the rules. That does not mean that there are none: nothing is known about them. What can be seen without rights (sockets, routing, environment) was looked at. The tools say that one must be root, which is misleading: it takes a capability, and root without it is refused as well.',
      causes: [
        'The command ran in the istio-proxy container, which has no capabilities in a default installation.',
        'The debug container was started without the netadmin profile.',
        'The pod runs all containers as a user other than root, so that added capabilities have no effect.',
        'iptables-legacy was run with CAP_NET_ADMIN alone; it needs CAP_NET_RAW too.',
      ],
      confirm: {
        'grep CapEff /proc/self/status': 'the bits 0x1000 (CAP_NET_ADMIN) and 0x2000 (CAP_NET_RAW)',
        'kubectl auth can-i patch pods/ephemeralcontainers -n NAMESPACE':
          'yes; otherwise you may not start a debug container',
      },
      remedy: [
        'Look from a debug container: `kubectl debug -it POD -n NAMESPACE --image=IMAGE --profile=netadmin`, with an image that has istio-nat.',
        'Or from the node: `kubectl debug node/NODE -it --profile=sysadmin --image=IMAGE -- nsenter -t PID -n istio-nat check`.',
        'Find PID on the node: in `crictl inspectp ID`, with the ID that `crictl pods --name POD` shows.',
      ],
      rights: RIGHTS.none,
    },
    NAT1002: {
      name: 'tool-missing',
      severity: null,
      title: 'A tool is not there',
      meaning:
        'iptables, nft, ss or ip was not found where istio-nat runs. What could be learned in another way was; the report says what was used instead and what is left unknown.',
      causes: [
        "The image is small: Istio's distroless image has iptables and nft, and neither a shell nor ss.",
        'The tool is not in PATH.',
        'The image has one iptables variant only, and the rules are in the other.',
      ],
      confirm: {
        'command -v iptables-save iptables-nft-save iptables-legacy-save nft ss ip':
          'a path for each of them that is there',
      },
      remedy: [
        'Use an image that has the tools: `kubectl debug -it POD -n NAMESPACE --image=IMAGE --profile=netadmin`.',
        'Or save the text where the tools are, and check it elsewhere: `istio-nat check --rules FILE`.',
      ],
      rights: RIGHTS.none,
    },
    NAT1003: {
      name: 'tool-failed',
      severity: null,
      title: 'A tool failed, or its output could not be understood',
      meaning:
        'A command ended with an error, did not end in time, printed more than the limit, or printed something that is not what it should be. The report quotes the command, its exit status and the first line of its error. Nothing is concluded from such output.',
      causes: [
        'Another program holds the lock of xtables, or changes rules all the time.',
        'The version of the tool does not know an extension that a rule uses.',
        'The saved text was cut off or changed on its way, by a terminal or a chat for instance.',
        'The kernel has no support for what the tool asks.',
      ],
      confirm: {
        'iptables-save': 'the same error; run the very command that the report quotes',
      },
      remedy: [
        'Run the command of the report by hand, and mend what its error says.',
        'Save its output and check that: `istio-nat check --rules FILE`.',
      ],
      rights: RIGHTS.none,
    },
    NAT1004: {
      name: 'undetermined',
      severity: null,
      title: 'Whether a rule matches cannot be told, and it decides',
      meaning:
        'A rule has a condition that a packet alone does not decide (a set, a limit, a random choice, an extension that is not known), and what happens to some packets depends on it. The report names the rule and the packets. It may be harmless; it is not called healthy.',
      causes: [
        'Another agent added a rule with a match such as `-m set`, `-m statistic`, `-m limit` or `-m bpf`.',
        'The rule uses an extension that this release of istio-nat does not know.',
      ],
      confirm: {
        'iptables-save -c':
          'the counters of the rule that the report names: do they grow? In nat they count first packets only',
      },
      remedy: [
        "Find out who adds the rule; if it is needed, put it where Istio's traffic does not meet it.",
        'Report an extension that istio-nat should know, with the rule.',
      ],
    },
    NAT1005: {
      name: 'host-namespace',
      severity: 'info',
      title: "This is a node's network namespace, not a pod's",
      meaning:
        "There are chains of kube-proxy, many interfaces, or ambient's rules for a host. Istio does not program nodes, and never pods with hostNetwork, so no layout is expected here and none is missing.",
      causes: ['istio-nat runs on the node itself, or in a debug pod of the node.', 'The pod uses hostNetwork.'],
      confirm: {
        'iptables-save | grep -c KUBE-': 'any number above 0',
        'kubectl get pod POD -n NAMESPACE -o jsonpath="{.spec.hostNetwork}"': 'true: such pods are never captured',
      },
      remedy: [
        'Enter the pod: `kubectl debug node/NODE -it --profile=sysadmin --image=IMAGE -- nsenter -t PID -n istio-nat check`.',
        'Find PID on the node: in `crictl inspectp ID`, with the ID that `crictl pods --name POD` shows.',
      ],
    },
    NAT1006: {
      name: 'other-mesh',
      severity: 'info',
      title: 'Another mesh or interceptor has programmed this pod',
      meaning:
        "The rules are those of another product, such as Linkerd, Kuma or Consul. They are not judged; where they meet Istio's, NAT0109 says so.",
      causes: ['The namespace is enabled for another mesh.', 'Both meshes inject during a migration.'],
      confirm: {
        'iptables-save | grep -e "^:"':
          'chains such as PROXY_INIT_REDIRECT (Linkerd), KUMA_MESH_INBOUND (Kuma) or CONSUL_PROXY_INBOUND (Consul)',
        'kubectl get pod POD -n NAMESPACE -o jsonpath="{.spec.initContainers[*].name} {.spec.containers[*].name}"':
          'containers of that product',
      },
      remedy: ['Let one mesh inject into a namespace; use the labels of each to keep the other out.'],
    },
    NAT1007: {
      name: 'no-capture-expected',
      severity: 'info',
      title: 'This kind of pod is not captured, by design',
      meaning:
        'Gateways and waypoints receive traffic on their own listeners and need no redirection; ztunnel is the proxy itself; a pod that only calls others has nothing inbound to capture. No rules are expected here, and none are missing.',
      causes: ['The pod is an ingress or egress gateway, a waypoint, ztunnel, or a client without listeners.'],
      confirm: {
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'the arguments of istio-proxy: `proxy router` for a gateway, `proxy waypoint` for a waypoint, `proxy sidecar` for a sidecar; or the label app: ztunnel',
        'ss -Hltne': 'listeners of the proxy on ports of its own, such as 8080 and 8443',
      },
      remedy: ['Nothing has to be done.'],
      rights: RIGHTS.none,
    },
  },
} satisfies CatalogueGroup<'NAT10'>;
