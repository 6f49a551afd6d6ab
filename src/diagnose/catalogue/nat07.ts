import type { CatalogueGroup } from './entry.ts';
import { REPLACE_POD } from './wording.ts';

const ALL_BACKENDS = 'iptables-nft-save; iptables-legacy-save; nft list ruleset';

/** NAT07: legacy iptables, iptables over nftables, and Istio's own nftables. */
export const NAT07 = {
  group: 'Backends',
  entries: {
    NAT0701: {
      name: 'two-backends',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: "Istio's rules are in more than one backend",
      meaning:
        "The kernel evaluates iptables-legacy, iptables over nftables and native nftables independently of each other, and more than one of them holds rules of Istio's. In nat the first to decide wins; in mangle and raw all of them act. Tools show one of them at a time, and so does Istio's own check, so a change in one is contradicted by the other.",
      causes: [
        'istio-init ran a second time: the probe of its first run (1.25.4 and later) left an empty legacy table, which makes the second run choose legacy.',
        'Native nftables was switched on or off while the pod was running; the other backend is never cleaned up.',
        'Somebody ran istio-iptables by hand with another image.',
      ],
      confirm: {
        [ALL_BACKENDS]: 'ISTIO_ chains in both of the first two, or istio- tables besides them',
        'kubectl get pod POD -n NAMESPACE -o yaml': 'restartCount of istio-init above 0',
      },
      remedy: [
        REPLACE_POD,
        'If it comes back, set `FORCE_IPTABLES_BINARY` (`nft` or `legacy`) as proxyMetadata (istio-init, 1.28 and later).',
      ],
    },
    NAT0702: {
      name: 'empty-legacy-table',
      severity: 'info',
      title: 'A legacy table is registered and empty',
      meaning:
        'Tools of nftables print a warning that legacy tables are present. It says that a table exists, not that it has rules; this one has none and does nothing. It cannot be removed while the pod lives.',
      causes: [
        "Istio's test of which backend works leaves such a table behind (1.25.4 and later).",
        'Somebody looked with `iptables-legacy -t nat -S` or `-L`, which creates the table.',
      ],
      confirm: {
        'cat /proc/net/ip_tables_names /proc/net/ip6_tables_names':
          'the names of the tables that are registered (root only)',
        'iptables-legacy-save; ip6tables-legacy-save': 'tables with no line that starts with -A',
      },
      remedy: ['Nothing has to be done. Look with `iptables-legacy-save`, without `-t`, which creates nothing.'],
      rights: 'uid 0 for the names of the tables, CAP_NET_ADMIN and CAP_NET_RAW for their contents',
    },
    NAT0703: {
      name: 'probe-residue',
      severity: 'warning',
      traffic: { scope: 'whole', mending: 'edits' },
      title: "A test rule of Istio's was left behind",
      meaning:
        'To find out which backend works, Istio adds a rule for protocol 255, which no packet has, and deletes it again. It is still there, so that run was interrupted at its very beginning. The rule itself does nothing; what came after it may be missing.',
      causes: ['istio-init, or the istio-cni plugin, was killed or ran into its time limit.'],
      confirm: {
        'iptables-nft-save; iptables-legacy-save': 'a rule with `-p 255` in INPUT of filter or nat',
      },
      remedy: [
        REPLACE_POD,
        'Give the init container enough cpu and memory (`global.proxy.resources`, which holds for istio-init too).',
      ],
      since: '1.25.4',
    },
    NAT0704: {
      name: 'backend-unexpected',
      severity: 'warning',
      title: 'The rules are in another backend than configured',
      meaning:
        'The rules work, but they are not in the backend that was asked for. Monitoring and scripts that look at the configured backend see nothing, and the next run of Istio may write a second set there.',
      causes: [
        'Istio chooses iptables over nftables or legacy by what it finds: from 1.25.4 on, legacy only where legacy rules already exist; before that, it depends on the image.',
        '`global.nativeNftables` was changed after the pod was created.',
        'On a node: the agent chose another variant of iptables than kube-proxy and the network plugin write with.',
        "Ambient: the agent fell back from native nftables to iptables, because its host has Istio's ipsets (1.28.2 and later) or its nft has no JSON (1.29.4, 1.30.1 and later).",
      ],
      confirm: {
        [ALL_BACKENDS]: "in which of them Istio's rules are",
        'kubectl get pod POD -n NAMESPACE -o yaml': 'the argument `--native-nftables` of istio-init',
      },
      remedy: [
        'Set `global.nativeNftables` as wanted, for all of the mesh.',
        REPLACE_POD,
        'For the variant of iptables set `FORCE_IPTABLES_BINARY` as proxyMetadata (istio-init, 1.28 and later).',
        'Restart a node that fell back, which removes the ipsets.',
      ],
    },
    NAT0705: {
      name: 'stale-native-tables',
      severity: 'warning',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'nftables tables of a feature that is off still hold rules',
      meaning:
        'Native nftables replaces the tables that it needs and does not touch the others. When DNS capture or TPROXY is switched off, the rules in istio-…-raw or istio-…-mangle stay and still act on packets.',
      causes: [
        'DNS capture or TPROXY was switched off, and the rules were written again in the same namespace.',
        'The istio-cni agent reconciled a pod after such a change.',
      ],
      confirm: {
        'nft list tables': 'istio-proxy-raw, istio-proxy-mangle, istio-ambient-raw or istio-ambient-mangle',
        'nft list ruleset': 'rules in these tables for a feature that is off (zones, marks, tproxy)',
      },
      remedy: [REPLACE_POD, 'Replace pods whenever DNS capture or the interception mode changes.'],
      since: '1.27',
    },
  },
} satisfies CatalogueGroup<'NAT07'>;
