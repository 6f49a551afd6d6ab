/** A change of the layout: what it is called here, where it landed, and where that can be looked up. */
export interface Change {
  readonly feature: string;
  /**
   * First releases that have it. Several when it was also put into older lines: such an entry counts for its own
   * minor only, and every minor after the last entry has it.
   */
  readonly since: readonly string[];
  /** First release without it again, if any. */
  readonly until?: string;
  /** Commit of istio/istio (abbreviated), or the pair of tags between which it appeared. */
  readonly origin: string;
  readonly what: string;
}

/** Every difference between the sidecar and ambient layouts of 1.0 – 1.31. The builders ask for these, never for a release. */
export const CHANGES = [
  // The shell script of 1.0 – 1.4, and what the Go program kept of it.
  {
    feature: 'script',
    since: ['1.0.0'],
    until: '1.5.0',
    origin: '1.4.0…1.5.0',
    what: 'rules are written by a shell script',
  },
  {
    feature: 'cleanup-registers-mangle',
    since: ['1.0.0'],
    until: '1.4.0',
    origin: '1.3.0…1.4.0',
    what: 'the script empties mangle before it starts, which registers the table',
  },
  {
    feature: 'ssh-excluded',
    since: ['1.0.0'],
    until: '1.13.0',
    origin: 'f1f7487b9cb',
    what: 'inbound * leaves port 22 alone',
  },
  {
    feature: 'list-ends-in-return',
    since: ['1.0.0'],
    until: '1.23.0',
    origin: '1.22.8…1.23.0',
    what: 'a CIDR list of outbound includes ends in a bare RETURN',
  },
  { feature: 'virtual-interfaces', since: ['1.1.0'], origin: '1.0.0…1.1.0', what: 'reroute virtual interfaces' },
  { feature: 'ipv6-nat', since: ['1.1.0'], origin: '1.0.0…1.1.0', what: 'IPv6 has nat rules' },
  { feature: 'outbound-port-excludes', since: ['1.2.0'], origin: '1.1.0…1.2.0', what: 'outbound port exclusions' },
  {
    feature: 'script-splits-families',
    since: ['1.2.0'],
    origin: '1.1.0…1.2.0',
    what: 'IPv4 and IPv6 CIDRs are told apart',
  },
  {
    feature: 'capture-port-for-all-ports',
    since: ['1.3.0'],
    origin: '1.2.0…1.3.0',
    what: 'inbound * is redirected to the capture port, a port list still to the proxy port',
  },
  {
    feature: 'passthrough-source',
    since: ['1.3.0'],
    origin: '1.2.0…1.3.0',
    what: 'packets from 127.0.0.6 and ::6 return; ::6 is put on lo',
  },
  {
    feature: 'own-service-to-inbound',
    since: ['1.3.0'],
    origin: '1.2.0…1.3.0',
    what: 'calls to oneself over lo go to the inbound port',
  },
  {
    feature: 'socket-divert',
    since: ['1.0.0'],
    until: '1.5.2',
    origin: '1cb72bc03d5',
    what: 'TPROXY diverts by -m socket instead of conntrack states',
  },
  // 1.6 – 1.12
  {
    feature: 'capture-port',
    since: ['1.6.0'],
    origin: '1.5.10…1.6.0',
    what: 'inbound redirect always goes to the capture port',
  },
  {
    feature: 'loopback-mark',
    since: ['1.6.0'],
    until: '1.9.0',
    origin: '1.5.10…1.6.0',
    what: 'TPROXY marks packets from 127.0.0.1 to other addresses',
  },
  {
    feature: 'dns-listener',
    since: ['1.6.0'],
    until: '1.9.0',
    origin: '1.5.10…1.6.0',
    what: 'DNS capture of every udp query in nat OUTPUT',
  },
  {
    feature: 'tunnel-return',
    since: ['1.7.0'],
    origin: '7405e49a014',
    what: 'the HBONE port returns from nat ISTIO_INBOUND, which therefore always exists',
  },
  { feature: 'outbound-port-includes', since: ['1.7.0'], origin: '1dee4e99ada', what: 'outbound port inclusions' },
  {
    feature: 'loopback-include',
    since: ['1.7.0'],
    origin: '1dee4e99ada',
    what: 'a loopback CIDR among the includes lifts the return of lo traffic',
  },
  {
    feature: 'dns-by-dnat',
    since: ['1.7.0'],
    until: '1.9.0',
    origin: '7405e49a014',
    what: 'DNS is sent to 127.0.0.1 by DNAT and its source rewritten',
  },
  {
    feature: 'virtual-interfaces-first',
    since: ['1.8.0'],
    origin: '515620ee8e1',
    what: 'virtual interfaces return before anything else, in both families',
  },
  { feature: 'dns-agent', since: ['1.8.0'], origin: '515620ee8e1', what: 'DNS goes to the agent on 15053, tcp too' },
  {
    feature: 'dns-by-resolver',
    since: ['1.9.0'],
    origin: '5ea614d48ee',
    what: 'DNS is redirected for the resolvers of the pod only',
  },
  { feature: 'tproxy-capture-port', since: ['1.9.0'], origin: '5ea614d48ee', what: 'TPROXY goes to the capture port' },
  {
    feature: 'connmark',
    since: ['1.9.0'],
    origin: '5ea614d48ee',
    what: 'TPROXY keeps the mark of a connection in its connmark',
  },
  {
    feature: 'ipv6-outbound-port-includes',
    since: ['1.9.6', '1.10.2'],
    origin: '1.9.5…1.9.6',
    what: 'IPv6 has the outbound port inclusions',
  },
  {
    feature: 'dns-zones',
    since: ['1.11.0'],
    origin: '3823c14599b',
    what: 'conntrack zones keep the two legs of a DNS exchange apart',
  },
  { feature: 'dns-capture-all', since: ['1.11.0'], origin: '22efe35d7df', what: 'DNS to any server can be captured' },
  {
    feature: 'outbound-mark',
    since: ['1.11.0'],
    origin: '437970b95b6',
    what: 'TPROXY marks what the proxy sends to its own pod with 1338',
  },
  {
    feature: 'exclude-interfaces',
    since: ['1.11.3'],
    origin: '1.11.2…1.11.3',
    what: 'interfaces can be excluded',
  },
  {
    feature: 'families-alike',
    since: ['1.12.0'],
    origin: 'c907abd96f4',
    what: 'IPv6 is programmed by the same code: TPROXY, DNS, interfaces',
  },
  {
    feature: 'drop-invalid',
    since: ['1.12.2'],
    origin: '82aa122cdc0',
    what: 'packets in state INVALID can be dropped',
  },
  // 1.13 – 1.31
  { feature: 'owner-groups', since: ['1.14.0'], origin: '740afb01913', what: 'capture by owner group' },
  { feature: 'tunnel-spared', since: ['1.18.0'], origin: '57f3b2bab3c', what: 'calls to oneself spare the HBONE port' },
  {
    feature: 'zone-by-source',
    since: ['1.20.0'],
    origin: '8a0ca290b81',
    what: 'the zone of a DNS answer is chosen by its source',
  },
  { feature: 'loopback-cidr', since: ['1.21.0'], origin: 'e04959458a2', what: 'the IPv4 loopback CIDR can be set' },
  {
    feature: 'dns-in-output-chain',
    since: ['1.23.0'],
    origin: '1.22.8…1.23.0',
    what: 'udp passes ISTIO_OUTPUT in nat and raw',
  },
  {
    feature: 'drop-chain',
    since: ['1.24.0'],
    origin: '9a85305ec04',
    what: 'INVALID packets are dropped in a chain of their own',
  },
  {
    feature: 'output-of-all-protocols',
    since: ['1.25.0'],
    origin: 'f4d72e7fc52',
    what: 'every protocol passes ISTIO_OUTPUT',
  },
  {
    feature: 'outbound-port-excludes-udp',
    since: ['1.25.0'],
    origin: 'f4d72e7fc52',
    what: 'outbound port exclusions hold for udp too',
  },
  {
    feature: 'dns-chain',
    since: ['1.25.0'],
    origin: 'f4d72e7fc52',
    what: 'DNS has chains of its own and is off without resolvers',
  },
  // Ambient, and Istio's own nftables.
  { feature: 'ambient', since: ['1.21.0'], origin: '1.20.8…1.21.0', what: 'ambient programs the pod, by TPROXY' },
  {
    feature: 'ambient-ipv6',
    since: ['1.23.0'],
    origin: '1.22.8…1.23.0',
    what: 'a probe address and an ipset for each family, and IPv6 at all',
  },
  {
    feature: 'ambient-redirect',
    since: ['1.23.1'],
    origin: '1.23.0…1.23.1',
    what: 'inbound by REDIRECT can be chosen',
  },
  {
    feature: 'ambient-tproxy',
    since: ['1.21.0'],
    until: '1.25.0',
    origin: '1.24.6…1.25.0',
    what: 'inbound by TPROXY can be chosen',
  },
  {
    feature: 'ambient-redirect-default',
    since: ['1.24.0'],
    origin: '1.23.6…1.24.0',
    what: 'inbound by REDIRECT is the default',
  },
  {
    feature: 'ambient-dns-zones',
    since: ['1.24.0'],
    origin: '1.23.6…1.24.0',
    what: 'DNS capture spares ztunnel, takes tcp too, and keeps zones',
  },
  { feature: 'ambient-ingress', since: ['1.24.0'], origin: '1.23.6…1.24.0', what: 'a pod can bypass inbound capture' },
  { feature: 'ambient-dns-default', since: ['1.25.0'], origin: '1.24.6…1.25.0', what: 'DNS capture is on by default' },
  {
    feature: 'ambient-pod-options',
    since: ['1.25.0'],
    origin: '1.24.6…1.25.0',
    what: 'virtual interfaces, and DNS capture by pod',
  },
  {
    feature: 'native-nftables',
    since: ['1.27.0'],
    origin: '1.26.8…1.27.0',
    what: 'sidecars can be programmed in nftables tables of their own',
  },
  { feature: 'counters', since: ['1.28.0'], origin: '1.27.9…1.28.0', what: 'native rules count' },
  { feature: 'ambient-native-nftables', since: ['1.28.0'], origin: '1.27.9…1.28.0', what: 'ambient too' },
  {
    feature: 'late-insert-appends',
    since: ['1.27.4', '1.28.1'],
    origin: '1.28.0…1.28.1',
    what: 'a native insert behind the last rule appends instead of failing the transaction',
  },
  {
    feature: 'ambient-native-ipv6-optional',
    since: ['1.28.1'],
    origin: '1.28.0…1.28.1',
    what: 'native ambient leaves IPv6 rules out when IPv6 is off',
  },
  {
    feature: 'ambient-connmark-always',
    since: ['1.29.0'],
    origin: '1.28.10…1.29.0',
    what: 'pods that bypass inbound capture keep the connmark rule',
  },
  // Defaults of the programs that call the tool.
  {
    feature: 'status-port-excluded',
    since: ['1.1.0'],
    origin: '1.0.0…1.1.0',
    what: 'the injector excludes the status port, 15020',
  },
  {
    feature: 'prometheus-port-excluded',
    since: ['1.6.0'],
    origin: '1.5.10…1.6.0',
    what: 'the injector excludes 15090 and 15021 as well',
  },
  {
    feature: 'cni-default-excludes',
    since: ['1.8.0'],
    origin: '1.7.8…1.8.0',
    what: 'the CNI plugin moves into the repository, with defaults of its own',
  },
  { feature: 'dns-input', since: ['1.6.0'], origin: '1.5.10…1.6.0', what: 'DNS capture can be asked for' },
] as const satisfies readonly Change[];
