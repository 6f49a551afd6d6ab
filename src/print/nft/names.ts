/** What nft's lexer reads as one name. It takes no quotes here, and knows no escapes. */
const NAME = /^[A-Za-z_.][A-Za-z0-9_./-]*$/;

/** The words that nft refuses as a name: those of its grammar, as of 1.0.6, and some that came later. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `. accept add ah all and arp auto-merge bridge cgroup chain comment comp constant continue counter cpu create ct day
  dccp define delete describe destroy device devices dnat drop dst dup dynamic ecn element elements eq erspan esp ether
  exists expires export exthdr fib flags flow flowtable flush frag fwd gc-interval geneve get goto gre gretap handle hbh
  hook hour ibriport ibrname icmp icmpv6 igmp iif iifgroup iifname iiftype import include index inet insert interval ip
  ip6 ipsec jhash jump last limit list log lt map mark masquerade meta meter mh missing monitor netdev nftrace not
  notrack numgen obriport obrname offload oif oifgroup oifname oiftype or osf pkttype policy position priority queue
  quota random redefine redirect reject rename replace reset return rt rt0 rt2 rtclassid rule ruleset sctp secmark set
  size skgid skuid snat socket srh symhash synproxy table tcp th time timeout tproxy tunnel type typeof udp udplite
  undefine update vlan vmap vxlan xor xt`.split(/\s+/),
);

/** Whether nft reads the word as the name of a table or chain. Others exist: programs can make them without nft. */
export function isPlainName(name: string): boolean {
  return NAME.test(name) && !KEYWORDS.has(name);
}
