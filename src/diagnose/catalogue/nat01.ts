import type { CatalogueGroup } from './entry.ts';
import { REPLACE_POD, RESTART, RIGHTS } from './wording.ts';

/** NAT01: whether packets reach the proxy at all. */
export const NAT01 = {
  group: 'Redirects',
  entries: {
    NAT0101: {
      name: 'inbound-not-redirected',
      severity: 'error',
      traffic: { scope: 'rule', mending: 'edits' },
      title: 'Inbound traffic does not reach the proxy',
      meaning:
        'Packets that come from outside should be redirected to the inbound port of the proxy (15006), and go straight to the application instead. Nothing checks who sent them: mTLS, authorization policies and telemetry do not apply to them. Callers in the mesh that send mTLS get connection errors, because the application receives TLS it does not expect.',
      causes: [
        {
          cause:
            'The jump from PREROUTING to ISTIO_INBOUND is missing, or the rule in ISTIO_INBOUND that leads to ISTIO_IN_REDIRECT is.',
          tell: 'One rule is missing and the rest of the layout stands; the finding quotes it.',
        },
        {
          cause: 'Another agent flushed or replaced the chain after Istio had written it.',
          tell: 'Other chains are whole and this one is empty, or holds rules of another author; a pod that was just created has them all.',
        },
        {
          cause:
            'Inbound capture is switched off: the annotation `traffic.sidecar.istio.io/includeInboundPorts` is there and empty.',
          tell: 'The outbound half is whole, and `istio-nat infer` says that no inbound port is included.',
        },
        'Istio 1.0 to 1.2 captures only the ports that the pod declares as containerPorts.',
      ],
      confirm: {
        'iptables-save | grep -e PREROUTING -e ISTIO_IN':
          'in nat, `-A PREROUTING -p tcp -j ISTIO_INBOUND`, at the end of ISTIO_INBOUND `-p tcp -j ISTIO_IN_REDIRECT`, and there a REDIRECT to 15006; one of them is missing. With TPROXY the same chains are in mangle and end in a TPROXY target',
        'istio-nat trace --hook PREROUTING --source 10.0.0.9 --destination POD_IP --destination-port PORT --in-interface eth0':
          'the rule that lets the packet through, and the verdict: it should be a redirect to 15006',
        'ss -Htn':
          'connections of the application whose peer is another host; through the proxy its peer is 127.0.0.6 (with REDIRECT)',
      },
      remedy: [
        "Delete the pod if rules are missing or not Istio's: `kubectl delete pod POD -n NAMESPACE`. A new one gets all of them.",
        'If inbound capture is off, take an empty `traffic.sidecar.istio.io/includeInboundPorts` off the pod template.',
      ],
    },
    NAT0102: {
      name: 'outbound-not-redirected',
      severity: 'error',
      traffic: { scope: 'rule', mending: 'edits' },
      title: 'Outbound traffic does not reach the proxy',
      meaning:
        'What the application sends should be redirected to the outbound port of the proxy (15001), and leaves the pod directly instead. Routing rules, mTLS, retries and telemetry do not apply, and servers that insist on mTLS refuse the connections.',
      causes: [
        {
          cause:
            'The jump from OUTPUT to ISTIO_OUTPUT is missing, or the last rules of ISTIO_OUTPUT, which lead to ISTIO_REDIRECT, are.',
          tell: 'One rule is missing and the rest of the layout stands; the finding quotes it.',
        },
        {
          cause:
            'Outbound capture is switched off: the annotation `traffic.sidecar.istio.io/includeOutboundIPRanges` is there and empty.',
          tell: 'The inbound half is whole, and ISTIO_OUTPUT has its exemptions and nothing that leads to ISTIO_REDIRECT.',
        },
        {
          cause: 'Another agent flushed or replaced the chain after Istio had written it.',
          tell: 'Other chains are whole and this one is empty, or holds rules of another author; a pod that was just created has them all.',
        },
      ],
      confirm: {
        'iptables-save | grep -e "-A OUTPUT" -e ISTIO_OUTPUT -e ISTIO_REDIRECT':
          'in nat, a jump from OUTPUT to ISTIO_OUTPUT, at its end `-j ISTIO_REDIRECT`, and there a REDIRECT to 15001; one of them is missing',
        'istio-nat trace --hook OUTPUT --destination 192.0.2.1 --destination-port 80 --out-interface eth0 --uid 1000 --gid 1000':
          'the rule that lets the packet through, and the verdict: it should be a redirect to 15001',
      },
      remedy: [
        "Delete the pod if rules are missing or not Istio's: `kubectl delete pod POD -n NAMESPACE`. A new one gets all of them.",
        'If outbound capture is off, take an empty `traffic.sidecar.istio.io/includeOutboundIPRanges` off the pod template.',
      ],
    },
    NAT0103: {
      name: 'chain-unreachable',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'An Istio chain has rules, but no packet ever gets there',
      meaning:
        'A chain does nothing unless a hook leads to it. This one has the right rules and no jump from PREROUTING or OUTPUT, directly or through other chains, or its table is switched off; a listing that shows the chain looks healthy while its rules are never evaluated. A nat ISTIO_INBOUND to which nothing jumps is normal since 1.7 when inbound traffic is not captured in nat (TPROXY, or no inbound ports) and is not reported.',
      causes: [
        'Another agent rewrote PREROUTING or OUTPUT and dropped the jump.',
        'Somebody deleted the jump by hand to test something, and left the chain.',
        'The program that writes the rules was interrupted.',
        {
          cause:
            'The table is switched off: somebody set its flag `dormant` with nft. iptables-save shows its rules all the same.',
          tell: '`nft list tables` names the table, and `nft list ruleset` has `flags dormant` in it.',
        },
      ],
      confirm: {
        'iptables-save | grep -e "-j ISTIO_"':
          'a rule that jumps to the chain, and one that jumps to the chain that rule is in, up to a built-in chain',
        'nft list ruleset':
          'for native nftables: a jump to the chain in the same table; chain names repeat across tables',
      },
      remedy: [
        REPLACE_POD,
        'Find the container with NET_ADMIN that rewrites these chains: `kubectl get pod POD -n NAMESPACE -o yaml`.',
      ],
    },
    NAT0104: {
      name: 'redirect-wrong-port',
      severity: 'error',
      traffic: { scope: 'rule', mending: 'edits' },
      title: "Traffic is redirected to a port that is not the proxy's",
      meaning:
        'The redirect is there and leads to another port than the one the proxy is expected on. Connections are refused when nobody listens there, or end in the wrong listener of the proxy, which treats inbound requests as outbound ones or the other way round.',
      causes: [
        '`meshConfig.proxyListenPort` or `proxyInboundListenPort` was changed, and the pod has not been replaced since.',
        'The ports were changed and istio-cni writes the rules: it always uses 15001 and 15006 and ignores the mesh settings.',
        'The layout is of another release than expected: before 1.3 inbound traffic went to 15001, and from 1.3 to 1.5 it still does when the inbound ports are a list.',
        'Rules were written by a script with other arguments.',
      ],
      confirm: {
        'iptables-save | grep -e REDIRECT -e TPROXY':
          'the ports behind `--to-ports` and `--on-port`: 15001 in ISTIO_REDIRECT, 15006 in ISTIO_IN_REDIRECT and ISTIO_TPROXY',
        'ss -Hltne': 'the ports on which the proxy (uid 1337 unless changed) listens',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'the arguments `-p` (outbound) and `-z` (inbound) of the container istio-init',
      },
      remedy: [
        'See that `meshConfig.proxyListenPort` and `meshConfig.proxyInboundListenPort` are 15001 and 15006; istio-cni knows no others.',
        REPLACE_POD,
      ],
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0105: {
      name: 'no-rules',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'reprogram' },
      title: 'The pod should be in the mesh, and there is no Istio rule at all',
      meaning:
        "No table of any backend has a rule of Istio's, although the pod has a proxy or is said to be in the mesh. The rules could be read, so this is not a matter of rights. All traffic bypasses the proxy in both directions, while the control plane still calls the pod healthy.",
      causes: [
        {
          cause: 'The pod was scheduled on a node before istio-cni was ready there.',
          tell: 'The pod has no container istio-init, has istio-validation, and is older than the istio-cni pod of its node (`kubectl get pod -A -o wide`). Other pods that started after a reboot of the node have it too.',
        },
        {
          cause: 'The interception mode is NONE (`sidecar.istio.io/interceptionMode`), so no rules are written.',
          tell: 'The annotation says so, and nothing was ever written: chains are missing, not empty.',
        },
        {
          cause: 'Another agent flushed the tables, or restored its own rules over them.',
          tell: 'istio-init ended without an error and its log shows the rules; empty chains with Istio names may be left, and the rules of the other agent are there.',
        },
        {
          cause: 'The network namespace was created anew and istio-init did not run in it.',
          tell: 'The sandbox of the pod is younger than the pod (`kubectl describe pod POD` has the event SandboxChanged), as after a restart of the container runtime.',
        },
        'Native nftables 1.27.0 to 1.27.3 and 1.28.0: TPROXY without inbound ports made the whole transaction fail.',
      ],
      confirm: {
        'iptables-nft-save; iptables-legacy-save; nft list ruleset':
          'no chain that starts with ISTIO_ and no table that starts with istio-, and no error message',
        'kubectl get pod POD -n NAMESPACE -o jsonpath="{.spec.initContainers[*].name}"':
          '`istio-init` (rules are written in the pod) or `istio-validation` (istio-cni writes them); neither means not injected',
        'kubectl logs POD -n NAMESPACE -c istio-validation':
          'failed attempts to reach 127.0.0.6:15002: istio-cni came too late; the container then ends with exit code 126',
      },
      remedy: [
        'Read why, before the pod is gone: `kubectl logs POD -n NAMESPACE -c istio-init`, with istio-cni `-c istio-validation`.',
        REPLACE_POD,
        'With istio-cni leave `repair.enabled` and `repair.repairPods` of its chart on: it mends pods that started too early.',
      ],
    },
    NAT0106: {
      name: 'partial-layout',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'reprogram' },
      title: "Some of Istio's chains are there, others are missing",
      meaning:
        'Part of the layout was written and part was not. iptables loads each family and each table on its own, so IPv4 can be complete while IPv6 is missing, or mangle be there without nat. Some traffic goes through the proxy and some does not. With native nftables this cannot happen while loading, because it is one transaction.',
      causes: [
        {
          cause: 'istio-init was interrupted, or failed half way and the failure went unnoticed.',
          tell: 'Its log ends in an error, or has no save of the rules at its end.',
        },
        {
          cause:
            'A kernel module is missing on the node (ip6table_nat, xt_owner, xt_TPROXY), so one table or family could not be loaded.',
          tell: 'Every pod of the node has the same gap, and pods of other nodes have none.',
        },
        'An argument of istio-init was empty and unquoted, and swallowed the next one.',
        'Another agent removed one of the tables.',
      ],
      confirm: {
        'iptables-save; ip6tables-save':
          'which of the chains ISTIO_INBOUND, ISTIO_IN_REDIRECT, ISTIO_OUTPUT, ISTIO_REDIRECT each family has in nat',
        'kubectl logs POD -n NAMESPACE -c istio-init':
          'the last line that reports an error, and whether the rules that it lists end with a COMMIT for each table',
        'istio-nat expected --istio-version X.Y.Z --output save':
          'the chains that this release should have, to compare with',
      },
      remedy: [
        'Read why, before the pod is gone: `kubectl logs POD -n NAMESPACE -c istio-init`, with istio-cni `-c istio-validation`.',
        REPLACE_POD,
        'If it fails again, load the missing kernel module on the node, or quote empty values in the arguments of istio-init.',
      ],
    },
    NAT0107: {
      name: 'order',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'All rules are there, in an order that changes what they do',
      meaning:
        'The first rule that matches decides. Here a rule stands in front of one that should have decided before it, so packets are treated differently although not a single rule is missing. The check that Istio runs itself (since 1.24) counts the rules and asks for each whether it exists; it does not look at their order and calls this layout correct.',
      causes: [
        {
          cause: 'A rule was inserted at the top of a chain by hand or by another agent.',
          tell: 'The rule that is too early is not one that Istio writes, or is a copy of one further down.',
        },
        'Rules were repaired one by one and appended at the end.',
        'The jump to an Istio chain was written again, behind the rules of another agent.',
      ],
      confirm: {
        'iptables-save | grep -n -e ISTIO_ -e PREROUTING -e OUTPUT':
          'the order inside each chain, compared with the same part of `istio-nat expected --output save`',
        'istio-nat trace --hook OUTPUT --destination 192.0.2.1 --destination-port 80 --out-interface eth0 --uid 1337':
          'the rule that decides; for the proxy itself it should be a RETURN for its uid or gid',
      },
      remedy: [
        REPLACE_POD,
        'Change inclusions and exclusions by annotations on the pod template, never by inserting rules.',
      ],
    },
    NAT0108: {
      name: 'duplicate-rules',
      severity: 'warning',
      title: 'The same rule is there more than once',
      meaning:
        'A second copy of a rule never decides anything that the first one did not, so traffic is unharmed. It shows that the rules were written twice, or that two programs write to the same chains, and the next change may leave one copy behind.',
      causes: [
        {
          cause:
            'istio-init ran again in the same network namespace, after the node or the container runtime was restarted.',
          tell: 'All chains have their rules twice, not one of them, and the pod has restarts of istio-init: `kubectl get pod POD -o yaml`, initContainerStatuses.',
        },
        {
          cause: 'A port or a range is named twice in an annotation: Istio does not remove duplicates from lists.',
          tell: 'Only rules with that port or range are there twice.',
        },
        'A script of your own writes the same rules as Istio.',
        "Ambient with native nftables, 1.28, 1.29.0 to 1.29.3 and 1.30.0: pods that were added at the same moment could get each other's rules.",
      ],
      confirm: {
        'iptables-save | grep -e "^-A" | sort | uniq -d':
          'rules that are printed. Two tables may rightly have the same rule, so look which table each copy is in',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'values that are named twice in the `traffic.sidecar.istio.io/` annotations',
      },
      remedy: [REPLACE_POD, 'Name each port and each range once in the annotations of the pod template.'],
    },
    NAT0109: {
      name: 'foreign-rule-decides',
      severity: 'error',
      traffic: { scope: 'rule', mending: 'edits' },
      title: "Another program's rule or policy decides ahead of Istio's",
      meaning:
        "Another program put a rule where it sees packets first and decides what happens to them: an ACCEPT or RETURN in front of the jump to Istio, a DNAT or REDIRECT of its own, or a DROP in mangle or filter that hits redirected packets. In nat the first decision wins, so Istio's rules are no longer evaluated.",
      causes: [
        {
          cause:
            'Another container of the pod writes rules: a VPN client, a firewall, a credential proxy, a chaos testing tool.',
          tell: 'The container has NET_ADMIN, and the rule comes back after the pod is replaced.',
        },
        'A second mesh or interceptor was injected into the same pod.',
        {
          cause: 'Somebody inserted a rule by hand to test something.',
          tell: 'The rule is in this pod only, and is gone after the pod is replaced.',
        },
        {
          cause: 'A node agent enforces its policies inside the namespace of the pod.',
          tell: 'Pods of the same node or the same policy have the same rule, and no container of theirs has NET_ADMIN.',
        },
      ],
      confirm: {
        'iptables-save | grep -e "-A PREROUTING" -e "-A OUTPUT" -e "-A INPUT"':
          'rules in front of the jumps to ISTIO_INBOUND and ISTIO_OUTPUT, and rules in filter that drop',
        'nft list ruleset':
          "chains of other tables on the hooks prerouting, input and output: a drop there is final, whatever Istio's tables say",
        'kubectl get pod POD -n NAMESPACE -o yaml':
          "containers and init containers other than Istio's whose securityContext adds NET_ADMIN",
      },
      remedy: [
        'Keep the program that writes the rule out of the pod, or in a pod without Istio (label `sidecar.istio.io/inject: "false"`).',
        REPLACE_POD,
        "If it is a DROP policy, leave it and admit lo and Istio's ports: 15006, 15008, 15020, 15021 and 15090.",
      ],
    },
    NAT0110: {
      name: 'foreign-rule',
      severity: 'info',
      title: 'Other programs have rules here too, and they do no harm',
      meaning:
        'There are rules that Istio did not write. For every packet that matters they leave the outcome as it should be. It is worth knowing who writes them, because a later change of theirs may not be as harmless.',
      causes: [
        'A container of the pod or a node agent keeps rules of its own.',
        "Docker's or the container runtime's rules for its embedded DNS server are in the namespace.",
      ],
      confirm: {
        'iptables-save | grep -v ISTIO_': 'rules with addresses, ports or comments that show whose they are',
        'nft list tables': 'tables other than nat, mangle, raw, filter and istio-…',
      },
      remedy: ['Nothing has to be done.'],
    },
    NAT0111: {
      name: 'guardrails-left',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'The pod is cut off: the guard rules of an interrupted update were left',
      meaning:
        'While Istio replaces its rules it first inserts a pair of rules that drop all TCP and UDP at the top of INPUT, FORWARD and OUTPUT in the filter table, and removes them at the end. They are still there, so the update was interrupted, and the pod can neither send nor receive.',
      causes: [
        'The istio-cni agent was stopped or ran out of memory while it reconciled the rules of ambient pods at its start.',
        'A run with `--reconcile` was killed.',
      ],
      confirm: {
        'iptables-save | grep -e "-p tcp -j DROP" -e "-p udp -j DROP"':
          'these two rules as the first of INPUT, FORWARD and OUTPUT',
        'kubectl get pods -n istio-system -o wide --field-selector spec.nodeName=NODE':
          'restarts of istio-cni-node at the time the pod went silent',
      },
      remedy: [
        REPLACE_POD,
        'Give the istio-cni DaemonSet enough memory and time to stop, and update it while few pods start.',
      ],
      since: '1.24',
    },
    NAT0112: {
      name: 'older-layout',
      severity: 'warning',
      traffic: { scope: 'whole', mending: 'reprogram' },
      title: 'The rules are right for another Istio release than the one named',
      meaning:
        'The layout is complete and correct, as another release writes it. The pod was created before an upgrade and keeps its rules until it is replaced. What the new release treats differently does not hold for this pod yet; the report lists it. An error, where rules of another release were left beside a complete layout and decide about packets before it.',
      causes: [
        {
          cause: 'The pod was not replaced after Istio was upgraded.',
          tell: 'The image of istio-proxy in the pod has the old release: `istioctl proxy-status` lists it.',
        },
        'Ambient: the istio-cni agent was upgraded and does not rewrite the rules of running pods, which it does by default only since 1.29.',
        {
          cause: 'The release that was named is not the one that the pod runs.',
          tell: '`istio-nat infer` and the image of istio-proxy agree with each other, and not with the release that was named.',
        },
      ],
      confirm: {
        'istioctl proxy-status': 'the version of this proxy, compared with that of istiod',
        'kubectl get pod POD -n NAMESPACE -o jsonpath="{.metadata.creationTimestamp} {.spec.initContainers[*].image}"':
          'a pod older than the upgrade, or an image tag of the older release',
      },
      remedy: [
        REPLACE_POD,
        'For all ambient pods of a node: `ambient.reconcileIptablesOnStartup=true` for the istio-cni chart (1.25 and later).',
      ],
    },
    NAT0113: {
      name: 'different-but-equivalent',
      severity: 'info',
      title: 'The rules are written differently and do exactly the same',
      meaning:
        'The text of the rules differs from what Istio writes, in order, grouping or spelling, and every packet is treated the same. This was compared for all packets, not for samples.',
      causes: [
        'Another version of iptables or nft prints the same rule in another way.',
        'Rules whose order does not matter were written in another order.',
        'A rule is there that can never match.',
      ],
      confirm: {
        'istio-nat expected --istio-version X.Y.Z --output save': 'what differs from `iptables-save` as text',
      },
      remedy: ['Nothing has to be done.'],
    },
    NAT0114: {
      name: 'invalid-drop-missing',
      severity: 'warning',
      traffic: { scope: 'rule', mending: 'edits' },
      title: 'INVALID packets are not dropped although that is configured',
      meaning:
        'Packets that connection tracking cannot place, late segments under load for instance, skip address translation, arrive with addresses that the receiver never used, and are answered by a reset that cuts the connection. Istio can drop them in mangle PREROUTING; it is asked to, and the rule is missing.',
      causes: [
        'The setting was made after the pod was created.',
        'The variable is misspelt: it is `INVALID_DROP` in proxyMetadata. istio-cni does not look at `DROP_INVALID`.',
        'istio-cni before 1.13 writes the rules: it does not know the setting.',
      ],
      confirm: {
        'iptables-save | grep INVALID':
          'in mangle, a rule with `--ctstate INVALID` that drops, since 1.24 by way of the chain ISTIO_DROP; nothing is printed',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'the variable INVALID_DROP with the value true among those of istio-init or istio-proxy',
      },
      remedy: [
        'Set `INVALID_DROP: "true"` as proxyMetadata: in `meshConfig.defaultConfig`, or in `proxy.istio.io/config` on the pod template.',
        RESTART,
      ],
      since: '1.12.2',
    },
  },
} satisfies CatalogueGroup<'NAT01'>;
