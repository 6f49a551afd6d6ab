import type { CatalogueGroup } from './entry.ts';
import { REPLACE_POD, RESTART, RIGHTS } from './wording.ts';

const OWNER_RULES = {
  'iptables-save | grep owner':
    'the uids and gids that are exempt; for each of them there should be the same rules, three of them since 1.5',
};
const PROXY_OWNER = {
  "ss -Hltne 'sport = :15001'": 'the uid of the proxy: what follows `uid:`; ss leaves it out when it is 0',
};

/** NAT03: rules that look at who sends a packet. */
export const NAT03 = {
  group: 'Owners',
  entries: {
    NAT0301: {
      name: 'proxy-recaptured',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: "The proxy's own connections are redirected back to the proxy",
      meaning:
        'What the proxy sends must leave the pod. Here the rules that exempt its uid or gid do not apply, so each connection it opens comes back to it, and it opens another one. Requests hang, and the proxy runs out of ports and memory.',
      causes: [
        'The proxy runs with another uid or gid than the one that the rules exempt: a changed securityContext, or a uid that OpenShift assigned.',
        'The RETURN rule for the owner is missing, or comes after the redirect.',
        'The rules were written without `-u` in an image where the user istio-proxy has another id.',
      ],
      confirm: {
        ...PROXY_OWNER,
        ...OWNER_RULES,
        'istio-nat trace --hook OUTPUT --destination 192.0.2.1 --destination-port 80 --out-interface eth0 --uid 1337 --gid 1337':
          'a RETURN for the uid of the proxy; a redirect to 15001 is the loop',
      },
      remedy: [
        REPLACE_POD,
        'See that istio-proxy has no runAsUser or runAsGroup of your own. On OpenShift use 1.20 or later.',
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0302: {
      name: 'owner-mismatch',
      severity: 'error',
      title: 'The rules exempt another user than the one the proxy runs as',
      meaning:
        'The process that listens on port 15001 is the proxy, and its uid is not among those that the rules exempt. Its connections are captured again, unless its gid is exempt, while another program that happens to have the exempt uid goes around the mesh. With TPROXY the proxy runs as uid 0 and is exempt by its gid, which is as it should be and not reported.',
      causes: [
        'The securityContext of istio-proxy was overridden in the pod or in a custom template.',
        'OpenShift assigned a uid to the proxy, and the release is older than 1.20, which writes 1337 into the rules.',
        'The rules were written by a script with other values for `-u` or `-g`.',
      ],
      confirm: {
        ...PROXY_OWNER,
        ...OWNER_RULES,
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'runAsUser of istio-proxy, and the argument `-u` of istio-init; they should be the same',
      },
      remedy: [
        'Take runAsUser and runAsGroup of istio-proxy off the pod template: the injector sets both, as the rules have them.',
        RESTART,
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0303: {
      name: 'application-as-proxy',
      severity: 'error',
      title: "An application runs with the proxy's uid or gid and bypasses the mesh",
      meaning:
        "The rules let everything pass that the proxy's user or group sends, because it must not be captured twice. They cannot tell who else runs under that id. This application does, so all its outbound connections leave the pod without the proxy.",
      causes: [
        'The image or the securityContext of the application uses uid or gid 1337.',
        'OpenShift: the application got the uid of the namespace range that Istio takes for the proxy.',
        "The command was started inside the istio-proxy container with `kubectl exec`: it then runs as the proxy's user.",
        "A second sidecar was given the proxy's uid on purpose, to bypass the mesh.",
      ],
      confirm: {
        'ss -Htanpe': 'sockets with the uid of the proxy whose process is not envoy or pilot-agent',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'runAsUser or runAsGroup 1337 in the securityContext of the pod or of a container other than istio-proxy',
        'istioctl analyze -n NAMESPACE': 'IST0144, which sees ids that are declared, not those of the image',
      },
      remedy: [
        'Give the application other ids than the proxy: `securityContext.runAsUser` and `runAsGroup` on the pod template.',
        RESTART,
      ],
      rights: RIGHTS.processes,
    },
    NAT0304: {
      name: 'owner-gap',
      severity: 'error',
      traffic: { scope: 'rule', mending: 'edits' },
      title: 'The exemption of the proxy has a gap',
      meaning:
        'For each uid and each gid of the proxy there is the same small set of rules. One of them is missing: the uid is exempt and the gid is not, one of several owners was forgotten, or a rule of a set is gone. Some connections of the proxy are then captured again, or calls of the application to its own service take the wrong way.',
      causes: [
        'A rule was deleted by hand or by another agent.',
        'Rules were copied from a pod with other ids, and only the uid was changed.',
        'The list of uids was extended and the list of gids was not.',
      ],
      confirm: {
        ...OWNER_RULES,
        'istio-nat expected --istio-version X.Y.Z --output S':
          'the rules with `-m owner` that this release writes for one uid and one gid',
      },
      remedy: [REPLACE_POD, 'Let Istio write the rules; it derives the gid from the uid.'],
    },
    NAT0305: {
      name: 'unexpected-owner-exempt',
      severity: 'error',
      traffic: { scope: 'rule', mending: 'edits' },
      title: 'A user or group bypasses the mesh and should not',
      meaning:
        'The rules exempt an owner that is not the proxy. Every process that runs under this id sends its traffic past the proxy. When it is uid 0, every container that runs as root does.',
      causes: [
        'The rules were written for a virtual machine, where root is exempt, and copied into a pod.',
        'Istio 1.0 to 1.7 without `-u`: uid 0 is added to the default.',
        'Another tool put a RETURN or ACCEPT for its own user in front.',
      ],
      confirm: {
        ...OWNER_RULES,
        'ss -Htne': "connections whose uid is exempt and is not the proxy's",
      },
      remedy: [
        'Take the additional id out of the arguments `-u` and `-g` of istio-init in your template.',
        REPLACE_POD,
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0306: {
      name: 'loop-observed',
      severity: 'warning',
      title: 'The proxy is connected to itself through its outbound port',
      meaning:
        'Among the connections that the proxy accepted on 15001 are some that it opened itself. That is what a loop looks like, whatever the rules say now: the connections may be older than a repair of the rules.',
      causes: [
        "The proxy's own uid or gid is captured (NAT0301), now or when these connections were opened.",
        'A service of the mesh resolves to the pod itself, and a route sends the request there again.',
      ],
      confirm: {
        "ss -Htnpe 'sport = :15001'":
          'peers whose own socket belongs to the proxy as well: look for the same pair of address and port, the other way round, in `ss -Htnpe`',
        'ss -s': 'a number of TCP connections that grows by the second',
      },
      remedy: [
        'Mend the exemption of the proxy first (NAT0301, NAT0302).',
        'If the rules are right, look for a route to the pod itself: `istioctl proxy-config routes POD -n NAMESPACE`.',
        REPLACE_POD,
      ],
      rights: RIGHTS.sockets,
    },
    NAT0307: {
      name: 'owner-group-wrong',
      severity: 'error',
      traffic: { scope: 'rule', mending: 'edits' },
      title: 'The groups that are captured differ from the ones configured',
      meaning:
        'Outbound capture can be limited to processes of some groups, or spare some groups. The rules for it are missing, name other groups or are there without being configured, so some processes are captured that should not be, or bypass the mesh.',
      causes: [
        'istio-cni writes the rules: it takes this setting from its own environment on the node and not from the pod.',
        'The setting was made after the pod was created.',
        'Groups are excluded while the inclusion is a list: then the exclusion is ignored.',
        'A group was named that the image of istio-init resolves to another number.',
      ],
      confirm: {
        'iptables-save | grep gid-owner': 'the groups, apart from that of the proxy',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'ISTIO_OUTBOUND_OWNER_GROUPS and ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE in the environment of istio-init',
      },
      remedy: [
        'Set `ISTIO_OUTBOUND_OWNER_GROUPS`, or the same with `_EXCLUDE`, in `proxy.istio.io/config` on the pod template, with numbers.',
        RESTART,
      ],
      since: '1.14',
    },
  },
} satisfies CatalogueGroup<'NAT03'>;
