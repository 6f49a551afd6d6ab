import type { Match } from '../../../model/match.ts';
import { protocolNumber } from '../../../model/protocol.ts';
import { renderMatch } from '../render.ts';
import type { Expression, Statement } from '../syntax.ts';
import { addressResolver, nfprotoResolver, requireFamily } from './address.ts';
import { addressTypeResolver } from './address-type.ts';
import type { Condition, Resolver, Scene } from './condition.ts';
import { stateResolver, statusResolver } from './conntrack.ts';
import { fragmentResolver } from './fragment.ts';
import { interfaceResolver } from './interface.ts';
import { markResolver } from './marks.ts';
import { ownerResolver } from './owner.ts';
import { portResolver, transportPortResolver } from './ports.ts';
import { headerProtocolResolver, l4protoResolver, protocolOf, requireProtocol } from './protocol.ts';
import { tcpFlagsResolver } from './tcp-flags.ts';

/** Selectors that the model has a match for. */
const RESOLVERS: Readonly<Record<string, Resolver>> = {
  'meta l4proto': l4protoResolver,
  'meta nfproto': nfprotoResolver,
  'ip protocol': headerProtocolResolver('ipv4'),
  'ip6 nexthdr': headerProtocolResolver('ipv6'),
  'ip frag-off': fragmentResolver,
  'ip saddr': addressResolver('source', 'ipv4'),
  'ip daddr': addressResolver('destination', 'ipv4'),
  'ip6 saddr': addressResolver('source', 'ipv6'),
  'ip6 daddr': addressResolver('destination', 'ipv6'),
  'tcp sport': portResolver('tcp', 'source'),
  'tcp dport': portResolver('tcp', 'destination'),
  'udp sport': portResolver('udp', 'source'),
  'udp dport': portResolver('udp', 'destination'),
  'sctp sport': portResolver('sctp', 'source'),
  'sctp dport': portResolver('sctp', 'destination'),
  'dccp sport': portResolver('dccp', 'source'),
  'dccp dport': portResolver('dccp', 'destination'),
  'udplite sport': portResolver('udplite', 'source'),
  'udplite dport': portResolver('udplite', 'destination'),
  'th sport': transportPortResolver('source'),
  'th dport': transportPortResolver('destination'),
  'tcp flags': tcpFlagsResolver,
  'meta iifname': interfaceResolver('in-interface', 'name'),
  'meta oifname': interfaceResolver('out-interface', 'name'),
  'meta iif': interfaceResolver('in-interface', 'index'),
  'meta oif': interfaceResolver('out-interface', 'index'),
  'meta mark': markResolver('mark'),
  'ct mark': markResolver('connmark'),
  'ct state': stateResolver,
  'ct status': statusResolver,
  'meta skuid': ownerResolver('uid'),
  'meta skgid': ownerResolver('gid'),
};

/**
 * The matches that hold together exactly when an nft match holds. One that the model has no form for stays as an opaque
 * match with its text, after matches for the family and the protocol that its header implies.
 */
export function buildMatch(statement: Extract<Statement, { kind: 'match' }>, scene: Scene): readonly Match[] {
  const condition = conditionOf(statement);
  const resolver = condition && resolverOf(condition.key);
  const matches = condition && resolver ? resolver(condition, scene) : null;
  if (matches === null) return [...implied(statement.left, scene), opaque(renderMatch(statement))];
  return scene.demandsProtocol ? [...protocolsOf(matches, scene), ...matches] : matches;
}

function protocolsOf(matches: readonly Match[], scene: Scene): Match[] {
  return matches.flatMap((match) => {
    const protocol = match.kind === 'protocol' ? null : protocolOf(match);
    return protocol === null ? [] : requireProtocol(protocol, scene);
  });
}

function resolverOf(key: string): Resolver | undefined {
  if (key.startsWith('fib ')) return addressTypeResolver;
  return Object.hasOwn(RESOLVERS, key) ? RESOLVERS[key] : undefined;
}

function conditionOf({ left, right, comparison }: Extract<Statement, { kind: 'match' }>): Condition | null {
  if (left.kind === 'selector') return { key: left.words.join(' '), mask: null, comparison, right };
  if (left.kind !== 'binary' || left.operator !== '&' || left.left.kind !== 'selector') return null;
  return { key: left.left.words.join(' '), mask: left.right, comparison, right };
}

/** Words between blanks; blanks inside quotes do not count. */
const WORDS = /(?:"[^"]*"|[^\s"])+/g;

/** An opaque match of nft: the first word as the module, the rest of its text as arguments. */
export function opaque(text: string): Match {
  const [module, ...args] = text.match(WORDS) ?? [];
  return { kind: 'opaque', module: module ?? '', args };
}

/** A header field is only there in packets that have the header; nft checks that first and does not print it. */
function implied(left: Expression, scene: Scene): Match[] {
  const headers = headersOf(left);
  const protocols = headers.map((header) => (header.startsWith('ip') ? null : protocolNumber(header)));
  const matches: Match[] = [];
  const here = (): Scene => ({ ...scene, before: [...scene.before, ...matches] });
  for (const protocol of protocols) if (protocol !== null) matches.push(...requireProtocol(protocol, here()));
  if (headers.includes('ip')) matches.push(...requireFamily('ipv4', here()));
  if (headers.includes('ip6')) matches.push(...requireFamily('ipv6', here()));
  return matches;
}

const HEADERS: ReadonlySet<string> = new Set('ip ip6 tcp udp udplite sctp dccp icmp icmpv6 igmp esp ah'.split(' '));

function headersOf(expression: Expression): string[] {
  switch (expression.kind) {
    case 'selector':
      return expression.words.slice(0, 1).filter((word) => HEADERS.has(word));
    case 'list':
    case 'set':
    case 'concat':
      return expression.parts.flatMap(headersOf);
    case 'binary':
      return [...headersOf(expression.left), ...headersOf(expression.right)];
    case 'value':
    case 'raw':
      return [];
  }
}
