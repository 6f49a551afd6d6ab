import type { CatalogueGroup } from './entry.ts';
import { REPLACE_POD, RESTART, RIGHTS } from './wording.ts';

const DNS_RULES = {
  'iptables-save | grep -e "port 53" -e 15053':
    'in nat, redirects of udp and tcp port 53 to 15053, for all servers or for each resolver',
};
const RESOLVERS = { 'cat /etc/resolv.conf': 'the resolvers of the pod' };

/** NAT04: capture of DNS queries. */
export const NAT04 = {
  group: 'DNS capture',
  entries: {
    NAT0401: {
      name: 'dns-not-redirected',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'DNS capture is on, and queries do not reach the agent',
      meaning:
        'Queries of the application should be answered by the agent on port 15053 and go to the resolver directly. Names that only the mesh knows (ServiceEntries, services of other clusters) are not found, and automatic addresses do not work.',
      causes: [
        {
          cause: 'DNS capture was switched on after the pod was created.',
          tell: 'The pod has neither rules for port 53 nor a listener on 15053.',
        },
        'The variable is set for the proxy and not for istio-init, or is set on the Deployment instead of the pod template.',
        {
          cause:
            'The query goes to a server that is not in /etc/resolv.conf: istio-init covers only those unless CAPTURE_ALL_DNS is set.',
          tell: 'Queries to the servers of /etc/resolv.conf are answered by the agent, and the finding names another address.',
        },
        {
          cause: 'Since 1.25 capture is dropped when istio-init finds no resolver.',
          tell: 'No rule for port 53 is there at all, and /etc/resolv.conf of the pod has no nameserver.',
        },
        'The release is too old for the case: IPv6 is covered from 1.12, tcp from 1.8.',
      ],
      confirm: {
        ...DNS_RULES,
        ...RESOLVERS,
        'istio-nat trace --hook OUTPUT --protocol udp --destination RESOLVER --destination-port 53 --out-interface eth0 --uid 1000':
          'the rule that lets the query through; the verdict should be a redirect to 15053',
      },
      remedy: [
        'Set `ISTIO_META_DNS_CAPTURE: "true"` as proxyMetadata: in `meshConfig.defaultConfig`, or `proxy.istio.io/config` on the pod template.',
        'For ambient: `ambient.dnsCapture=true` for the istio-cni chart, or the annotation `ambient.istio.io/dns-capture: "true"`.',
        RESTART,
      ],
      since: '1.6',
    },
    NAT0402: {
      name: 'dns-zones',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'The conntrack zones of DNS capture are missing or incomplete',
      meaning:
        'The query of the application and the one that the agent passes on go to the same resolver and port. Zones in the raw table keep the two apart in connection tracking. Without them, or with only some of them, both can get the same entry, and now and then an answer is lost: lookups time out under load for no visible reason.',
      causes: [
        {
          cause: 'The raw table could not be loaded, or was emptied by another agent.',
          tell: 'The raw table is missing or empty while the rules of nat for port 53 are there. Lookups fail now and then and not always: a query whose source port is already in the connection table goes past the agent.',
        },
        {
          cause:
            'The release is one of 1.11 to 1.19: its rule for answers looks at the destination address where it should look at the source, and never applies.',
          tell: 'The rule of raw PREROUTING has `-d` in front of the resolver. Most lookups work all the same; `conntrack -L` shows each query twice, unreplied.',
        },
        'The release is older than 1.11 and has no zones (an option from 1.10.3 on).',
        'Only the nat rules were copied from another pod.',
      ],
      confirm: {
        'iptables-save | grep -e "--zone"':
          "in raw, zone 1 and zone 2 for udp port 53 and source port 15053 of the proxy's owners, zone 2 for queries, and in PREROUTING or ISTIO_INBOUND zone 1 for answers, chosen by `-s`, not by `-d`",
        'istio-nat expected --istio-version X.Y.Z --redirect-dns true --dns-servers-v4 RESOLVER --output save':
          'the rules in raw, to compare with',
      },
      remedy: [
        REPLACE_POD,
        'Releases 1.11 to 1.19 write the rule for answers wrongly in every pod: upgrade to 1.20 or later.',
      ],
      since: '1.10.3',
    },
    NAT0403: {
      name: 'resolver-uncovered',
      severity: 'warning',
      title: 'A resolver of the pod has no rule',
      meaning:
        'DNS is captured resolver by resolver, and one of the resolvers in /etc/resolv.conf has no rule. Queries to it go out directly, so the answer to the same question depends on which resolver was asked.',
      causes: [
        {
          cause: '`dnsConfig` or `dnsPolicy` gives the containers another resolv.conf than istio-init saw.',
          tell: '/etc/resolv.conf of the application names the server, and that of istio-proxy does not.',
        },
        "The node's DNS cache was added after the pod was created, with an address of its own.",
        'The resolver has an IPv6 address, and the release is older than 1.12.',
      ],
      confirm: {
        ...RESOLVERS,
        ...DNS_RULES,
      },
      remedy: [
        'Set `CAPTURE_ALL_DNS: "true"` beside `ISTIO_META_DNS_CAPTURE` in proxyMetadata (1.11 and later): then every server is captured.',
        RESTART,
      ],
      since: '1.9',
      rights: RIGHTS.rulesAndRouting,
    },
    NAT0404: {
      name: 'dns-shadowed',
      severity: 'warning',
      title: 'An exclusion decides before DNS capture does',
      meaning:
        'The rules that capture DNS are there, and another rule in front of them lets the queries through: an excluded port 53, an excluded group, or (in some releases) an excluded range that holds the resolver. DNS capture is on and does nothing for these queries.',
      causes: [
        'Port 53 is in `traffic.sidecar.istio.io/excludeOutboundPorts`; since 1.25 that counts for udp too.',
        'The resolver lies in an excluded range, and the release is 1.23 or 1.24, where ranges are looked at before udp queries.',
        'Queries come from a group that is excluded.',
      ],
      confirm: {
        'istio-nat trace --hook OUTPUT --protocol udp --destination RESOLVER --destination-port 53 --out-interface eth0 --uid 1000':
          'the RETURN that decides, in front of the redirect to 15053',
        'iptables-save | grep -n -e "port 53" -e RETURN': 'the order inside ISTIO_OUTPUT and OUTPUT of nat',
      },
      remedy: [
        'Take port 53 out of `traffic.sidecar.istio.io/excludeOutboundPorts` on the pod template, or the resolver out of the excluded ranges.',
        RESTART,
      ],
      since: '1.6',
    },
    NAT0405: {
      name: 'dns-listener-missing',
      severity: 'error',
      title: 'DNS queries are redirected to a port where nobody listens',
      meaning:
        'The rules send queries to 15053, and neither the agent nor ztunnel listens there. Every lookup of the application fails: refused at once over tcp, timed out or refused over udp.',
      causes: [
        {
          cause:
            'The rules were written with DNS capture and the proxy runs without it: the variable is not in its environment.',
          tell: 'The agent listens on 15020 and not on 15053, from the start and for good.',
        },
        {
          cause: 'The agent has crashed, or the istio-proxy container has not started yet.',
          tell: 'Nothing of Istio listens, neither 15020 nor 15053; the state of the container istio-proxy says which it is.',
        },
        'The address of the DNS server was changed with DNS_PROXY_ADDR; the rules always say 15053.',
        'Ambient: ztunnel does not serve this pod (any more).',
      ],
      confirm: {
        "ss -Hltune 'sport = :15053'": 'a tcp and a udp socket; nothing is printed',
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'ISTIO_META_DNS_CAPTURE in the environment of both istio-init and istio-proxy',
        'kubectl logs POD -n NAMESPACE -c istio-proxy': 'errors of the DNS server at the start',
      },
      remedy: [
        'Read why the agent does not answer: `kubectl logs POD -n NAMESPACE -c istio-proxy`.',
        'Set `ISTIO_META_DNS_CAPTURE` in `proxy.istio.io/config` on the pod template, which reaches both containers.',
        RESTART,
      ],
      since: '1.7',
      rights: RIGHTS.rulesAndSockets,
    },
    NAT0406: {
      name: 'dns-unexpected',
      severity: 'warning',
      traffic: { scope: 'whole', mending: 'edits' },
      title: 'DNS is captured and should not be',
      meaning:
        'Queries of the application go to the agent or to ztunnel although DNS capture is off in the configuration. Answers may differ from those of the resolver, and lookups fail when the agent does.',
      causes: [
        'DNS capture was switched off after the pod was created.',
        'Ambient: it is on by default since 1.25, but in pods created earlier only once they are replaced or reconciled.',
        'It is switched on for the mesh (`meshConfig.defaultConfig.proxyMetadata`), and only the pod was looked at.',
      ],
      confirm: {
        ...DNS_RULES,
        'kubectl get pod POD -n NAMESPACE -o yaml':
          'ISTIO_META_DNS_CAPTURE, and in ambient the annotation `ambient.istio.io/dns-capture`',
      },
      remedy: [
        'Set `ISTIO_META_DNS_CAPTURE: "false"` in `proxy.istio.io/config` on the pod template.',
        'For ambient: the annotation `ambient.istio.io/dns-capture: "false"` (1.25 and later).',
        RESTART,
      ],
      since: '1.6',
    },
  },
} satisfies CatalogueGroup<'NAT04'>;
