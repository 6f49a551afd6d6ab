import { OUT, POSTRT, PRERT } from '../istio/iptables-chains.ts';
import { formatAddress } from '../model/address.ts';
import type { Family } from '../model/family.ts';
import { unique } from './agree.ts';
import { byFamily, inAll, mainFamily, type Reader } from './context.ts';
import type { Form } from './rule-pattern.ts';
import type { Observed } from './types.ts';

/** The inputs of ambient's layout in a pod, or on its node. */
export function readAmbient(context: Reader): Observed {
  const host =
    onNode(context, 'ipv4').length + onNode(context, 'ipv6').length + inAll(context, 'nat', POSTRT).length > 0;
  return {
    scope: host ? 'host' : 'pod',
    enableIpv6: context.view.families.includes('ipv6'),
    ...probes(context),
    ...(!host && podInputs(context)),
    ...context.given,
  };
}

function podInputs(context: Reader): Observed {
  const interceptionMode = context.given.interceptionMode ?? modeOf(context);
  return {
    interceptionMode,
    redirectDns: capturesDns(context),
    ...(context.has('ambient-ingress') && { ingressMode: ingressOf(context, interceptionMode) }),
    ...(context.has('ambient-pod-options') && { rerouteVirtualInterfaces: virtualInterfaces(context) }),
  };
}

function modeOf(context: Reader): 'REDIRECT' | 'TPROXY' {
  const signs = inAll(context, 'mangle', PRERT).filter((form) => ['tproxy', 'accept'].includes(form.target));
  const redirects = inAll(context, 'nat', PRERT).length + inAll(context, 'nat', 'PREROUTING').length;
  return signs.length > redirects ? 'TPROXY' : 'REDIRECT';
}

function capturesDns(context: Reader): boolean {
  return [...inAll(context, 'nat', OUT), ...inAll(context, 'raw', OUT)].some((form) => form.dports.includes(53));
}

/** With TPROXY a bypassed pod is captured all the same, without the mark of its connections, as when a rule is lost. */
function ingressOf(context: Reader, mode: 'REDIRECT' | 'TPROXY'): boolean {
  if (mode === 'REDIRECT') return bypassesInbound(context);
  const marks = inAll(context, 'mangle', PRERT).some((form) => form.target === 'connmark-set');
  return !marks && context.reading === 'literal' && inAll(context, 'mangle', PRERT).length > 0;
}

/** Neither the redirect nor the exemption that goes with it; if one of them is there, the other was lost. */
function bypassesInbound(context: Reader): boolean {
  const nat = byFamily(context, 'nat', PRERT).flatMap(({ forms }) => forms);
  return !nat.some((form) => isProbe(form, 'from') || (form.target === 'redirect' && form.shape.includes('!dport')));
}

/** What the node's probes come from: accepted in both directions, or the source that the node gives them. */
function probes(context: Reader): Observed {
  const hostProbeIpv4 = probeOf(context, 'ipv4');
  const hostProbeIpv6 = probeOf(context, 'ipv6');
  return { ...(hostProbeIpv4 && { hostProbeIpv4 }), ...(hostProbeIpv6 && { hostProbeIpv6 }) };
}

function probeOf(context: Reader, family: Family): string | undefined {
  const forms = (table: string, chain: string): readonly Form[] => context.view.forms(family, table, chain);
  const [node] = onNode(context, family);
  if (node?.source !== undefined) return formatAddress(family, node.source);
  const accepted = [...forms('nat', PRERT), ...forms('mangle', PRERT)].filter((form) => isProbe(form, 'from'));
  const answered = forms('nat', OUT).filter((form) => isProbe(form, 'to'));
  const from = accepted.flatMap((form) => form.from?.address ?? []);
  const to = answered.flatMap((form) => form.to?.address ?? []);
  const [only] = unique([...from, ...to]);
  const agreed =
    to.find((address) => from.includes(address)) ??
    (from.length === 0 || context.reading === 'literal' ? only : undefined);
  return agreed === undefined ? undefined : formatAddress(family, agreed);
}

/** The rules that give probes their source, on the node: in a chain of Istio's, or natively in a table of Istio's. */
function onNode({ view }: Reader, family: Family): Form[] {
  const hook = view.backend === 'nftables' ? view.forms(family, 'nat', 'POSTROUTING') : [];
  return [...view.forms(family, 'nat', POSTRT), ...hook].filter((form) => form.target === 'snat');
}

/** A match of tcp without arguments is one that nft cannot print: a word that is not understood may be that. */
function isProbe(form: Form, side: 'from' | 'to'): boolean {
  return form.target === 'accept' && (form.shape === `${side} tcp` || form.shape === `${side} tcp other`);
}

/** Both rules of an interface stand in order; the one that redirects makes it a virtual one. */
function virtualInterfaces(context: Reader): string[] {
  const forms = context.view.forms(mainFamily(context), 'nat', PRERT);
  const redirected = forms.filter((form) => form.target === 'redirect' && form.shape === 'in tcp');
  return unique(redirected.flatMap((form) => form.in ?? []));
}
