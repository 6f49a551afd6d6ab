import type { Context } from '../../expect/context.ts';
import { isIstioChain } from '../../istio/chains.ts';
import { isBridge, isOwnInterface } from '../../istio/virtual-interfaces.ts';
import { contains, fullMask, type Network, network, parseAddress } from '../../model/address.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Match } from '../../model/match.ts';
import { localAddresses } from '../../model/pod.ts';
import type { Evidence } from '../../model/report.ts';
import type { InterfaceAddress } from '../../model/routing.ts';
import { type RuleReference, rulesOf, type Table } from '../../model/ruleset.ts';
import { changes } from '../../model/target-effects.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import { reachedChains } from '../../rules/reached.ts';

/** Guests of the pod: hosts whose traffic it forwards, by the interface they are behind. */
export interface Guests {
  /** Null where rules show the addresses of the guests and no interface. */
  readonly name: string | null;
  readonly range: Network | null;
  /** What shows them. */
  readonly rules: readonly RuleReference[];
  readonly evidence: readonly Evidence[];
}

type Sign = Pick<Guests, 'name' | 'range'> & { readonly where?: RuleReference; readonly evidence: Evidence };

/** The interfaces of a pod that bridges and tunnels of its own are, as far as rules and addresses show them. */
export function guestsOf(context: Context): Guests[] {
  const addresses = context.pod.routing?.addresses ?? [];
  const byRules = rulesOf(context.pod.ruleset).filter(({ table, chain }) => !isIstioChain(table, chain));
  const signs = [...byRules.flatMap((where) => signsIn(where, context)), ...addresses.flatMap(bridgeOf)];
  const named = signs.map((sign) => ({ ...sign, name: sign.name ?? interfaceIn(sign.range, addresses) }));
  const unnamed = named.filter(
    ({ name, range }) => name === null && !named.some((one) => one.name && isSame(one.range, range)),
  );
  return groupBy(
    [...named.filter(({ name }) => name !== null), ...unnamed],
    ({ name, range }) => name ?? `${range?.address}`,
  ).map((group) => ({
    name: group[0].name,
    range: group.find(({ range }) => range !== null)?.range ?? null,
    rules: group.flatMap(({ where }) => where ?? []),
    evidence: group.map(({ evidence }) => evidence),
  }));
}

function signsIn(where: RuleReference, context: Context): Sign[] {
  const { rule } = where;
  const evidence = ruleEvidence(where);
  const range = sourceOf(rule.matches);
  const hooks = hooksTo(where);
  const about = (negated: boolean, kind: 'in-interface' | 'out-interface') =>
    rule.matches.flatMap((match) => (match.kind === kind && match.negated === negated ? [match.name] : []));
  const found = (names: readonly string[]) =>
    names.filter((name) => !isOwnInterface(name)).map((name) => ({ name: asName(name), range, where, evidence }));
  const rewrites = rule.targets.some((target) => changes(target, 'source'));
  if (hooks.has('FORWARD') && !rule.targets.some(({ kind }) => kind === 'drop' || kind === 'reject'))
    return found(about(false, 'in-interface'));
  // What is hidden behind the pod's address unless it stays on the bridge, comes from the bridge.
  if (hooks.has('POSTROUTING') && rewrites) {
    const bridges = found(about(true, 'out-interface'));
    if (bridges.length > 0 || range === null || isOwn(range, context)) return bridges;
    return [{ name: null, range, where, evidence }];
  }
  return hooks.has('PREROUTING') ? found(about(false, 'in-interface').filter(isBridge)) : [];
}

/** An example of the interfaces that a pattern stands for. */
function asName(pattern: string): string {
  return pattern.replace(/\+$/, '0');
}

function sourceOf(matches: readonly Match[]): Network | null {
  const [one] = matches.flatMap((match) => (match.kind === 'source' && !match.negated ? [match.network] : []));
  return one === undefined || one.mask === fullMask(one.family) ? null : one;
}

/** The pod's own addresses are in the range: it is what the pod sends that is rewritten. */
function isOwn(range: Network, { pod }: Context): boolean {
  return localAddresses({
    routing: pod.routing && {
      ...pod.routing,
      addresses: pod.routing.addresses.filter((one) => isOwnInterface(one.interface)),
    },
  })
    .flatMap((text) => parseAddress(text) ?? [])
    .some(({ family, value }) => family === range.family && contains(range, value));
}

function interfaceIn(range: Network | null, addresses: readonly InterfaceAddress[]): string | null {
  if (range === null) return null;
  const inside = addresses.find((one) => {
    const value = parseAddress(one.address)?.value;
    return value !== undefined && one.family === range.family && one.interface !== 'lo' && contains(range, value);
  });
  return inside?.interface ?? null;
}

function bridgeOf(one: InterfaceAddress): Sign[] {
  const value = parseAddress(one.address)?.value;
  if (value === undefined || !isBridge(one.interface) || one.scope === 'link') return [];
  const text = `${one.interface} ${one.address}/${one.prefixLength}`;
  const evidence = { kind: 'command', command: 'ip addr show', text } as const;
  return [{ name: one.interface, range: network(one.family, value, one.prefixLength), evidence }];
}

function isSame(a: Network | null, b: Network | null): boolean {
  return a !== null && b !== null && a.family === b.family && a.address === b.address;
}

function hooksTo({ table, chain }: RuleReference): ReadonlySet<string> {
  return new Set(HOOKS.filter((hook) => reachedFrom(table, hook).has(chain.name)));
}

const HOOKS = ['PREROUTING', 'FORWARD', 'POSTROUTING'] as const;

function reachedFrom(table: Table, hook: (typeof HOOKS)[number]): ReadonlySet<string> {
  return reachedChains(
    table,
    table.chains.filter(({ base }) => base?.hook === hook).map(({ name }) => name),
  );
}
