import { interfaceMatches } from '../../evaluate/match.ts';
import type { Context } from '../../expect/context.ts';
import { probedPodsName } from '../../istio/names.ts';
import { isPodInterface } from '../../istio/node.ts';
import { contains, fullMask, type Network, network, parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { Packet } from '../../model/packet.ts';
import type { Rule, RuleReference } from '../../model/ruleset.ts';
import { asTexts, namedNetworks, samplesOf, smallestNetworks } from '../../rules/networks.ts';

/** A packet that the kubelet may send to a pod of its node. */
export interface Probe {
  readonly packet: Packet;
  /** Whether it goes where pods of the node are likely to be: to the smallest ranges that the rules name. */
  readonly likely: boolean;
}

/** An own address of the node, with the block that it reaches directly. */
interface Home {
  readonly interface: string;
  readonly address: bigint;
  readonly subnet: Network;
}

/** More kinds than this are not followed: nobody's rules are about so many places. */
export const MOST_PROBES = 4000;

/**
 * The kinds of probes that rules of POSTROUTING can tell apart. Where the addresses of the node are known, the kernel's
 * choice of a source is: the one of the interface that reaches the pod, else any.
 */
export function probesOf(rules: readonly RuleReference[], family: Family, uid: number, context: Context): Probe[] {
  const homes = homesOf(family, context);
  const bridges = homes.filter(
    ({ interface: name, subnet }) => isPodInterface(name) && subnet.mask !== fullMask(family),
  );
  const networks = [...namedNetworks(rules, family), ...bridges.map(({ subnet }) => subnet)];
  const samples = samplesOf(networks, family);
  const pods = probedPods(family, context);
  const around = bridges.length > 0 ? bridges.map(({ subnet }) => subnet) : smallestNetworks(networks, family);
  const isLikely = (address: bigint) => around.length === 0 || around.some((one) => contains(one, address));
  const destinations = pods ?? samples;
  const sources = samplesOf([...networks, ...destinations.map((address) => host(family, address))], family);
  const attached = new Set(rules.flatMap(({ rule }) => sourceOfAttachment(rule)));
  return destinations.flatMap((to) =>
    sourcesTo(to, homes, sources)
      .filter((from) => from !== to && !attached.has(from))
      .flatMap((from) =>
        interfacesTo(to, homes, rules).map((outInterface) => ({
          packet: packetOf({ family, uid, outInterface, from, to }),
          likely: pods !== null || isLikely(to),
        })),
      ),
  );
}

function homesOf(family: Family, { pod }: Context): Home[] {
  return (pod.routing?.addresses ?? []).flatMap((one): Home[] => {
    const value = parseAddress(one.address)?.value;
    if (value === undefined || one.family !== family || one.interface === 'lo' || one.scope === 'link') return [];
    return [{ interface: one.interface, address: value, subnet: network(family, value, one.prefixLength) }];
  });
}

/** The pods of the node that are in ambient, where the set of them is in the ruleset and has some. */
function probedPods(family: Family, { pod }: Context): bigint[] | null {
  const sets = pod.ruleset.tables.flatMap(({ sets = [] }) =>
    sets.filter(({ name }) => name === probedPodsName(family)),
  );
  const pods = sets.flatMap(({ elements }) =>
    (elements ?? []).flatMap(({ value }) => parseAddress(value)?.value ?? []),
  );
  return pods.length > 0 ? pods : null;
}

function sourcesTo(to: bigint, homes: readonly Home[], samples: readonly bigint[]): readonly bigint[] {
  if (homes.length === 0) return samples;
  const near = homes.filter(({ subnet, address }) => contains(subnet, to) && address !== to);
  return (near.length > 0 ? near : homes).map(({ address }) => address);
}

/** The interface that reaches the pod, or one of those that rules name and pods can be behind, and one that none names. */
function interfacesTo(to: bigint, homes: readonly Home[], rules: readonly RuleReference[]): string[] {
  const near = homes.filter(({ subnet }) => contains(subnet, to)).map(({ interface: name }) => name);
  if (near.length > 0) return near;
  const named = rules.flatMap(({ rule }) =>
    rule.matches.flatMap((match) => (match.kind === 'out-interface' ? [match.name] : [])),
  );
  const single = [...new Set(named.map((name) => name.replace(/\+$/, '0')))].filter(isPodInterface);
  const other = UNNAMED.find((name) => !named.some((pattern) => interfaceMatches(pattern, name)));
  return other === undefined ? single : [...single, other];
}

const UNNAMED = ['veth0', 'cali0', 'lxc0', 'eni0'];

/** Chains that plugins of CNI make for the attachment of one container, whose address is the source of what leads there. */
const ATTACHMENT = /^CNI-[0-9a-f]{24}$/;

function sourceOfAttachment({ matches, targets }: Rule): bigint[] {
  if (!targets.some((target) => 'chain' in target && ATTACHMENT.test(target.chain))) return [];
  return matches.flatMap((match) => (match.kind === 'source' && !match.negated ? [match.network.address] : []));
}

function host(family: Family, address: bigint): Network {
  return { family, address, mask: fullMask(family) };
}

function packetOf(of: {
  readonly family: Family;
  readonly uid: number;
  readonly outInterface: string;
  readonly from: bigint;
  readonly to: bigint;
}): Packet {
  const { family, uid, outInterface } = of;
  const [source = '', destination = ''] = asTexts([of.from, of.to], family);
  return { family, hook: 'OUTPUT', protocol: 'tcp', source, destination, outInterface, uid, gid: uid, ctState: 'NEW' };
}
