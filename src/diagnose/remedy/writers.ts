import { productOf } from '../../istio/other-meshes.ts';
import type { RuleReference, Ruleset } from '../../model/ruleset.ts';
import { rulesOf } from '../../model/ruleset.ts';
import { programOf } from '../traffic/programs.ts';
import type { Writer } from './causes.ts';

/** Names that one kind of program alone gives to chains, interfaces, tables and comments. */
const SIGNS: readonly (readonly [RegExp, Writer['kind'], string])[] = [
  [/^(DOCKER|docker\d|br-[0-9a-f]{12}$)/, 'container-engine', 'Docker'],
  [/^(NETAVARK|podman\d|cni-podman\d)/, 'container-engine', 'Podman'],
  [/^nerdctl/, 'container-engine', 'nerdctl'],
  [/^(LIBVIRT|virbr\d)/, 'container-engine', 'libvirt'],
  [/^(lxcbr|lxdbr|incusbr)/, 'container-engine', 'LXC'],
  [/^(ts-|tailscale)/, 'vpn', 'Tailscale'],
  [/^(wg\d|wg-quick)/, 'vpn', 'WireGuard'],
  [/^(tun|tap)\d/, 'vpn', 'a tunnel such as OpenVPN'],
  [/^(vpn|nordlynx|proton\d|mullvad|zt[a-z0-9]|ppp\d|ipsec\d)/i, 'vpn', 'a VPN client'],
  [/^KUBE-/, 'network', 'kube-proxy'],
  [/^CNI-/, 'network', "the CNI plugin 'portmap'"],
  [/^cali/, 'network', 'Calico'],
  [/^FLANNEL|^flanneld/, 'network', 'flannel'],
  [/^WEAVE/, 'network', 'Weave'],
  [/^f2b-/, 'security', 'fail2ban'],
  [/^ufw6?-/, 'security', 'ufw'],
  [/^firewalld|^(FWD|IN|PRE|POST)_public/, 'security', 'firewalld'],
  [/^crowdsec/i, 'security', 'CrowdSec'],
];

/** Products whose chains `productOf` knows, that are networks of a cluster and no meshes. */
const NETWORKS: ReadonlySet<string> = new Set(['Cilium']);

const UNKNOWN: Writer = { kind: 'unknown', name: null };

/** Who wrote a rule: what it says itself, or other rules of the same program. */
export function writerOf(where: RuleReference, live: Ruleset): Writer {
  const own = writerBy(where);
  if (own !== UNKNOWN) return own;
  const program = programOf(where, live);
  // Rules without any sign of their own are only alike in what they do.
  if (program === null || program.startsWith('target ')) return UNKNOWN;
  return firstKnown(rulesOf(live).filter((other) => programOf(other, live) === program));
}

/** Who set the policy of a chain: whoever wrote rules into it. */
export function writerInto(chains: readonly { readonly name: string }[], live: Ruleset): Writer {
  return firstKnown(rulesOf(live).filter(({ chain }) => chains.includes(chain)));
}

function firstKnown(rules: readonly RuleReference[]): Writer {
  return rules.map(writerBy).find((writer) => writer !== UNKNOWN) ?? UNKNOWN;
}

function writerBy(where: RuleReference): Writer {
  const product = productOf(where);
  if (product !== null) return { kind: NETWORKS.has(product) ? 'network' : 'mesh', name: product };
  const names = namesIn(where);
  const sign = SIGNS.find(([pattern]) => names.some((name) => pattern.test(name)));
  return sign === undefined ? UNKNOWN : { kind: sign[1], name: sign[2] };
}

function namesIn({ table, chain, rule }: RuleReference): string[] {
  const jumps = rule.targets.flatMap((target) => ('chain' in target ? [target.chain] : []));
  const named = rule.matches.flatMap((match) => {
    if (match.kind === 'comment') return [match.text];
    return match.kind === 'in-interface' || match.kind === 'out-interface' ? [match.name] : [];
  });
  return [...(table.backend === 'nftables' ? [table.name] : []), chain.name, ...jumps, ...named];
}
