import { AMBIENT_MASK, CONNECTION_MARK } from '../../istio/marks.ts';
import { probedPodsName } from '../../istio/names.ts';
import { OUT, OUTPUT, POSTROUTING, PREROUTING, PRERT } from '../../istio/native-chains.ts';
import { PORT } from '../../istio/ports.ts';
import type { Network } from '../../model/address.ts';
import type { Config } from '../../model/config.ts';
import { FAMILIES } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import type { NamedSet } from '../../model/named-set.ts';
import type { Table } from '../../model/ruleset.ts';
import {
  type AmbientFamily,
  type AmbientOptions,
  ambientFamily,
  ambientOptions,
  notOfZtunnel,
  ofZtunnel,
} from '../ambient/plan.ts';
import {
  ACCEPT,
  connmark,
  from,
  jump,
  mark,
  not,
  outInterface,
  RETURN,
  redirect,
  setConnmark,
  snat,
  tcp,
  tcpDport,
  to,
  udpDport,
  udpSport,
  uid,
  zone,
} from '../clauses.ts';
import { createTable, type TableDraft } from '../draft.ts';
import type { Features } from '../eras.ts';
import { refusalOf } from '../refused.ts';
import { cameBy } from './interfaces.ts';
import { nativeTables } from './table.ts';

const ALL = 0xffffffff;

interface AmbientNativePlan extends AmbientOptions {
  readonly raw: TableDraft;
  readonly mangle: TableDraft;
  readonly nat: TableDraft;
  readonly families: readonly AmbientFamily[];
}

/**
 * Ambient's own nftables tables, in the pod or on its node; none for releases that had none. `kubeletUid` is the user
 * whose probes the node rewrites.
 */
export function ambientNftables(config: Config, has: Features, kubeletUid: number): Table[] {
  if (!has('ambient-native-nftables') || refusalOf(config, has) !== null) return [];
  const plan = planAmbient(config, has);
  if (config.scope === 'host') {
    programNode(plan, kubeletUid);
    return nativeTables('ambient', plan, () => true, plan.families.map(probedPods));
  }
  programPod(plan);
  return nativeTables('ambient', plan, (chain) => chain !== PREROUTING && chain !== OUTPUT);
}

function planAmbient(config: Config, has: Features): AmbientNativePlan {
  const ipv6 = config.enableIpv6 || !has('ambient-native-ipv6-optional');
  return {
    raw: createTable(),
    mangle: createTable(),
    nat: createTable(),
    ...ambientOptions(config, has),
    families: FAMILIES.filter((family) => family === 'ipv4' || ipv6).map((family) => ambientFamily(config, family)),
  };
}

function programPod(plan: AmbientNativePlan): void {
  enterChains(plan);
  for (const name of plan.virtualInterfaces) {
    plan.nat.append(PRERT, [cameBy(name), tcp], redirect(PORT.outbound));
    plan.nat.append(PRERT, [cameBy(name), tcp], RETURN);
  }
  if (plan.connmark) plan.mangle.append(PRERT, [ofZtunnel], setConnmark(CONNECTION_MARK, AMBIENT_MASK));
  acceptProbes(plan);
  if (!plan.bypassInbound) captureInbound(plan);
  const restore = { kind: 'connmark-restore', nfmask: ALL, ctmask: ALL } as const;
  plan.mangle.append(OUT, [connmark(CONNECTION_MARK, AMBIENT_MASK)], restore);
  if (plan.dns) captureDns(plan);
  captureOutbound(plan);
}

function enterChains({ raw, mangle, nat, dns }: AmbientNativePlan): void {
  for (const table of [mangle, nat, ...(dns ? [raw] : [])]) {
    table.append(PREROUTING, [], jump(PRERT));
    table.append(OUTPUT, [], jump(OUT));
  }
}

function acceptProbes({ nat, families, bypassInbound }: AmbientNativePlan): void {
  const probes = families.map(({ probe }) => probe).filter((probe) => probe !== null);
  if (!bypassInbound) for (const probe of probes) nat.append(PRERT, [tcp, from(probe)], ACCEPT);
  for (const probe of probes) nat.append(OUT, [tcp, to(probe)], ACCEPT);
}

function captureInbound({ nat, families }: AmbientNativePlan): void {
  for (const { loopback } of families) {
    nat.append(PRERT, [not(to(loopback)), not(tcpDport(PORT.hbone)), notOfZtunnel], redirect(PORT.inbound));
  }
}

/** The udp rule names no address, so it takes IPv6 queries too, even with IPv6 off. */
function captureDns({ nat, raw, families }: AmbientNativePlan): void {
  nat.append(OUT, [not(outInterface('lo')), notOfZtunnel, udpDport(53)], redirect(PORT.dns));
  for (const { loopback } of families) {
    nat.append(OUT, [not(to(loopback)), tcpDport(53), notOfZtunnel], redirect(PORT.dns));
  }
  raw.append(OUT, [udpDport(53), ofZtunnel], zone(1));
  raw.append(PRERT, [udpSport(53), notOfZtunnel], zone(1));
}

function captureOutbound({ nat, families }: AmbientNativePlan): void {
  nat.append(OUT, [tcp, mark(CONNECTION_MARK, AMBIENT_MASK)], ACCEPT);
  for (const { loopback } of families) nat.append(OUT, [outInterface('lo'), not(to(loopback))], ACCEPT);
  for (const { loopback } of families) {
    nat.append(OUT, [tcp, not(to(loopback)), notOfZtunnel], redirect(PORT.outbound));
  }
}

/** On the node: what the kubelet sends to ambient pods gets the probe address as its source. */
function programNode({ nat, families }: AmbientNativePlan, kubeletUid: number): void {
  for (const { probe } of families) {
    if (probe !== null) nat.append(POSTROUTING, [tcp, uid(kubeletUid), toAmbientPods(probe)], snat(probe));
  }
}

/** The addresses of the ambient pods on the node, which the agent adds and takes out as pods come and go. */
function probedPods({ loopback: { family } }: AmbientFamily): NamedSet {
  return {
    name: probedPodsName(family),
    type: family === 'ipv4' ? 'ipv4_addr' : 'ipv6_addr',
    flags: [],
    comment: 'UUID of the pods that are part of ambient mesh',
    elements: [],
  };
}

function toAmbientPods({ family }: Network): Match[] {
  const protocol = family === 'ipv4' ? 'ip' : 'ip6';
  return [
    from({ family, address: 0n, mask: 0n }),
    { kind: 'opaque', module: protocol, args: ['daddr', `@${probedPodsName(family)}`] },
  ];
}
