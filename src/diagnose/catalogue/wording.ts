/** Rights that it takes to see a finding: iptables-legacy asks for CAP_NET_RAW too, because it opens a raw socket. */
export const RIGHTS = {
  rules:
    'CAP_NET_ADMIN in the network namespace of the pod, and CAP_NET_RAW as well where the rules are in iptables-legacy',
  rulesAndSockets:
    'CAP_NET_ADMIN in the network namespace of the pod (and CAP_NET_RAW for iptables-legacy) for the rules; none for the sockets',
  sockets: 'none: any user in the pod can list its sockets and the uids that own them',
  processes:
    'none for the uid of a socket; its process name takes the same pid namespace and the same uid, or CAP_SYS_PTRACE',
  routing: 'none: any user in the pod can read policy routing and addresses',
  rulesAndRouting:
    'CAP_NET_ADMIN in the network namespace of the pod (and CAP_NET_RAW for iptables-legacy) for the rules; none for routes and addresses',
  none: 'none',
} as const;

/** Rules are written once, when the network namespace of the pod is set up, so a setting takes effect in new pods. */
export const RESTART =
  'A changed pod template replaces its pods; where it is so already, delete the pod: `kubectl delete pod POD -n NAMESPACE`.';

/** For faults of one pod whose settings are right. */
export const REPLACE_POD =
  'Delete the pod, so that its rules are written anew: `kubectl delete pod POD -n NAMESPACE`. Restarting a container is not enough.';

/** What every reader of `confirm` has to know, once for all entries. */
export const READING_NOTES: readonly string[] = [
  'Commands that start with kubectl or istioctl run where you administer the cluster. The others run in the network namespace of the pod: in `kubectl debug -it POD -n NAMESPACE --image=IMAGE --profile=netadmin`, or from the node: `kubectl debug node/NODE -it --profile=sysadmin --image=IMAGE -- nsenter -t PID -n`, PID being any process of the pod (`crictl inspectp ID` on the node shows one). The istio-proxy container itself has no right to read rules.',
  '`iptables-save` shows one of the two variants only. When it shows nothing, try `iptables-nft-save` and `iptables-legacy-save`; the tables that Istio writes with nftables itself (1.27 and later, when switched on) are in `nft list ruleset`. Empty output next to an error means that nothing is known, not that there are no rules.',
  'Do not look with `iptables-legacy -t nat -S` or `-L`: where that table does not exist yet the kernel creates it, nft tools warn about it for as long as the pod lives, and the next run of Istio may choose another backend because of it.',
];
