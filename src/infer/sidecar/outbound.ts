import { IN_REDIRECT, OUT, REDIRECT, TPROXY } from '../../istio/iptables-chains.ts';
import { PORT } from '../../istio/ports.ts';
import { formatNetwork, type Network } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import { allCaptured, commonExemptions, majority } from '../agree.ts';
import { between, byFamily, inAll, listed, type Reader, returned } from '../context.ts';
import type { Form } from '../rule-pattern.ts';
import type { Observed } from '../types.ts';

const CAPTURE = `jump ${REDIRECT}`;
/** istio-cni excludes this outbound port unless told otherwise. */
const USUAL: ReadonlySet<number> = new Set([PORT.status]);

/** Which outbound ports and ranges are captured and which are left alone. */
export function readOutbound(context: Reader): Observed {
  const chains = byFamily(context, 'nat', OUT);
  const portsInclude = includedPorts(context, chains);
  const exclude = chains.flatMap((chain) => excludedRanges(context, chain));
  return {
    ...(context.has('outbound-port-excludes') && { outboundPortsExclude: excludedPorts(context, chains) }),
    ...(context.has('outbound-port-includes') && { outboundPortsInclude: portsInclude }),
    outboundIpRangesInclude:
      context.given.outboundIpRangesInclude ?? withLoopback(context, chains, includes(context, chains, portsInclude)),
    outboundIpRangesExclude: listed(context, exclude),
  };
}

interface OutputChain {
  readonly family: Family;
  readonly forms: readonly Form[];
}

/** At the head of the chain, ahead of what concerns lo. From 1.25 on tcp and udp go together, and one alone is a fault. */
function excludedPorts(context: Reader, chains: readonly OutputChain[]): readonly number[] {
  const lists = chains.map(({ forms }) => {
    const onLo = forms.findIndex((form) => form.out === 'lo');
    const head = between(forms, 0, onLo >= 0 ? onLo : forms.findIndex((form) => !isPortRule(form)));
    const tcp = returned(head, 'tcp dport').flatMap((form) => form.dports);
    const udp = returned(head, 'udp dport').flatMap((form) => form.dports);
    if (!context.has('outbound-port-excludes-udp')) return tcp;
    const inUdp = new Set(udp);
    const halves = [...USUAL].filter((port) => !tcp.includes(port) && inUdp.has(port));
    // Where the chain ends with one half, its writer was stopped there.
    const last = head.length === forms.length ? tcp.at(-1) : undefined;
    return [...tcp.filter((port) => inUdp.has(port) || USUAL.has(port) || port === last), ...halves];
  });
  return listed(context, commonExemptions(lists, USUAL));
}

function isPortRule(form: Form): boolean {
  return form.shape === 'tcp dport' || form.shape === 'udp dport';
}

/** Behind the calls to localhost, ahead of the capture. */
function excludedRanges({ reading }: Reader, { forms, family }: OutputChain): string[] {
  const start = localhostAt(forms, family) + 1;
  const place = between(
    forms.slice(start),
    0,
    forms.slice(start).findIndex((form) => form.target === CAPTURE),
  );
  const capture = forms.findIndex((form) => form.target === CAPTURE && form.shape === '');
  // Behind the capture of everything a RETURN does nothing, and is out of order.
  const late = reading === 'cautious' && capture >= 0 ? returned(forms.slice(capture), 'to') : [];
  const excluded = (form: Form): boolean =>
    form.target === 'return' && (form.shape === 'to' || (form.shape === '' && reading === 'literal'));
  // Who writes the chain twice returns localhost twice, the second time behind what concerns lo.
  const onLo = forms.findIndex((form, at) => at >= start && form.out === 'lo');
  const isCopy = (form: Form): boolean =>
    reading === 'cautious' && onLo >= 0 && forms.indexOf(form) > onLo && isLoopback(form.to, family);
  const ranges = [...place.filter(excluded), ...late].filter((form) => !isCopy(form));
  return ranges.map((form) => rangeOf(form, family));
}

function localhostAt(forms: readonly Form[], family: Family): number {
  const at = forms.findIndex((form) => form.target === 'return' && form.shape === 'to' && isLoopback(form.to, family));
  return at >= 0 ? at : forms.findLastIndex((form) => form.uid !== undefined || form.gids.length > 0);
}

function includedPorts(context: Reader, chains: readonly OutputChain[]): readonly number[] {
  const lists = chains.map(({ forms, family }) =>
    forms
      .slice(localhostAt(forms, family) + 1)
      .filter((form) => form.target === CAPTURE && form.shape === 'tcp dport')
      .flatMap((form) => form.dports),
  );
  return listed(context, lists.length > 1 ? allCaptured(lists) : lists.flat());
}

/**
 * `*`, a list, or nothing. Nothing is also what is left of `*` when its one rule is lost, so that only a literal reading
 * takes it, unless ports are included instead.
 */
function includes(context: Reader, chains: readonly OutputChain[], ports: readonly number[]): '*' | readonly string[] {
  const lists = chains.map(({ family, forms }) => ({
    family,
    captures: forms.filter((form) => form.target === CAPTURE && (form.shape === '' || form.shape === 'to')),
    ends: forms.at(-1)?.target === 'return' && forms.at(-1)?.shape === '',
  }));
  const everything = lists.some(({ captures }) => captures.some(isOfEverything));
  if (everything && (context.reading === 'cautious' || !isList(context, lists))) return '*';
  const ranges = lists.flatMap(({ family, captures }) => captures.map((form) => rangeOf(form, family)));
  if (ranges.length > 0) return listed(context, ranges);
  if (inAll(context, 'nat', 'PREROUTING').some((form) => form.target === CAPTURE && form.shape === 'in')) return '*';
  return context.reading === 'literal' || ports.length > 0 ? [] : '*';
}

/**
 * An included loopback address, as it is written, lifts the return of lo traffic, also where its own rule does not show
 * it: its host bits are cleared there, and without IPv6 rules ::1 has none. That much may be missing for other reasons.
 */
function withLoopback(
  context: Reader,
  chains: readonly OutputChain[],
  ranges: '*' | readonly string[],
): '*' | readonly string[] {
  const lifted = context.has('loopback-include') && chains[0] !== undefined && !chains[0].forms.some(returnsOnLo);
  if (ranges === '*' || !lifted || context.reading === 'cautious' || includesLoopback(ranges)) return ranges;
  const wide = ranges.findIndex((range) => WITH_LOOPBACK.some(([network]) => network.test(range)));
  const written = (range: string): string =>
    WITH_LOOPBACK.reduce((text, [network, address]) => text.replace(network, address), range);
  return wide < 0 ? [...ranges, '::1/128'] : ranges.map((range, at) => (at === wide ? written(range) : range));
}

/** Ranges that begin before the loopback address and hold it, and that address. */
const WITH_LOOPBACK: readonly (readonly [RegExp, string])[] = [
  [/^(0|64|96|112|120|124|126)\.0\.0\.0(?=\/[0-7]$)/, '127.0.0.1'],
  [/^::(?=\/(\d|\d\d|1[01]\d|12[0-7])$)/, '::1'],
];

function includesLoopback(ranges: readonly string[]): boolean {
  return ranges.some((range) => range.startsWith('127.') || range.startsWith('::1/'));
}

function returnsOnLo(form: Form): boolean {
  return form.target === 'return' && form.out === 'lo' && (form.shape.includes('!uid') || form.shape.includes('!gid'));
}

/**
 * Whether all of IPv4 or IPv6 is a range among others: what captures it says no more than what `*` becomes, but a list
 * had an end of its own until 1.23, and leaves the other family alone.
 */
function isList(
  { has }: Reader,
  lists: readonly { readonly captures: readonly Form[]; readonly ends: boolean }[],
): boolean {
  const single = lists.every(({ captures }) => captures.length === 1 && captures.every(isOfEverything));
  return !single || (has('list-ends-in-return') && lists.some(({ ends }) => ends));
}

function isOfEverything({ shape }: Form): boolean {
  return shape === '';
}

/** iptables prints no destination where all addresses of the family are meant. */
function rangeOf({ to }: Form, family: Family): string {
  if (to !== undefined) return formatNetwork(to);
  return family === 'ipv4' ? '0.0.0.0/0' : '::/0';
}

function isLoopback(network: Network | undefined, family: Family): boolean {
  if (network === undefined || network.family !== family) return false;
  return family === 'ipv4' ? network.address >> 24n === 127n : network.address === 1n;
}

/** What counts as localhost in IPv4: the range that the rules about it agree on. */
export function readLoopback(context: Reader): string | undefined {
  if (!context.has('loopback-cidr')) return undefined;
  const output = context.view.forms('ipv4', 'nat', OUT);
  const rules = [
    ...output.filter((form) => form.target === `jump ${IN_REDIRECT}`),
    ...returned(output, 'to').slice(0, 1),
    ...context.view.forms('ipv4', 'mangle', 'OUTPUT').filter((form) => form.target === 'mark'),
    ...context.view.forms('ipv4', 'mangle', TPROXY),
  ];
  const blocks = rules.flatMap((form) =>
    isLoopback(form.to, 'ipv4') && form.to !== undefined ? [formatNetwork(form.to)] : [],
  );
  return majority(blocks);
}
