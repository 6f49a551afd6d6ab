import { OUT, POSTRT, PRERT } from '../../istio/iptables-chains.ts';
import { AMBIENT_MASK, CONNECTION_MARK } from '../../istio/marks.ts';
import { PROBED_PODS, probedPodsName } from '../../istio/names.ts';
import { PORT } from '../../istio/ports.ts';
import type { Network } from '../../model/address.ts';
import type { Config } from '../../model/config.ts';
import { FAMILIES } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import type { Table } from '../../model/ruleset.ts';
import {
  ACCEPT,
  bareTcp,
  connmark,
  from,
  inInterface,
  jump,
  not,
  outInterface,
  RETURN,
  redirect,
  setConnmark,
  snat,
  tcp,
  tcpDport,
  to,
  udp,
  udpDport,
  udpSport,
  zone,
} from '../clauses.ts';
import { createTable } from '../draft.ts';
import type { Features } from '../eras.ts';
import { iptablesTables } from '../kernel-form.ts';
import { type AmbientPlan, ambientFamily, ambientOptions, notOfZtunnel, ofZtunnel } from './plan.ts';
import { captureByTproxy } from './tproxy.ts';

const ofConnection = { kind: 'mark', negated: false, value: CONNECTION_MARK, mask: AMBIENT_MASK } as const;
const ALL = 0xffffffff;

/** The iptables tables of ambient, in the pod or on its node: IPv4 always, IPv6 when it is enabled and the release can. */
export function ambientIptables(config: Config, has: Features): Table[] {
  if (!has('ambient')) return [];
  const families = FAMILIES.filter((family) => family === 'ipv4' || (config.enableIpv6 && has('ambient-ipv6')));
  return families.flatMap((family) => {
    const drafts = { raw: createTable(), mangle: createTable(), nat: createTable(), filter: createTable() };
    const plan = { ...drafts, ...ambientFamily(config, family), ...ambientOptions(config, has), has };
    if (config.scope === 'host') programNode(plan);
    else programPod(plan);
    return iptablesTables(family, drafts);
  });
}

function programPod(plan: AmbientPlan): void {
  enterChains(plan);
  captureVirtualInterfaces(plan);
  if (plan.connmark) plan.mangle.append(PRERT, [ofZtunnel], setConnmark(CONNECTION_MARK, AMBIENT_MASK));
  if (plan.probe !== null) acceptProbes(plan, plan.probe);
  captureInbound(plan);
  const restore = { kind: 'connmark-restore', nfmask: ALL, ctmask: ALL } as const;
  plan.mangle.append(OUT, [connmark(CONNECTION_MARK, AMBIENT_MASK)], restore);
  if (plan.dns) captureDns(plan);
  captureOutbound(plan);
}

function enterChains(plan: AmbientPlan): void {
  const zones = plan.dns && plan.has('ambient-dns-zones');
  for (const table of [plan.mangle, ...(zones ? [plan.raw] : []), ...(plan.tproxy ? [] : [plan.nat])]) {
    table.append('PREROUTING', [], jump(PRERT));
  }
  for (const table of [plan.mangle, plan.nat, ...(zones ? [plan.raw] : [])]) table.append('OUTPUT', [], jump(OUT));
}

function captureVirtualInterfaces(plan: AmbientPlan): void {
  for (const name of plan.virtualInterfaces) {
    plan.nat.append(PRERT, [inInterface(name), tcp], redirect(PORT.outbound));
    plan.nat.append(PRERT, [inInterface(name), tcp], RETURN);
  }
}

/** The kubelet's probes must reach the application as plain text. */
function acceptProbes(plan: AmbientPlan, probe: Network): void {
  if (plan.tproxy || !plan.bypassInbound) {
    const table = plan.tproxy ? plan.mangle : plan.nat;
    table.append(PRERT, [from(probe), tcp, bareTcp], ACCEPT);
  }
  plan.nat.append(OUT, [to(probe), tcp, bareTcp], ACCEPT);
}

function captureInbound(plan: AmbientPlan): void {
  if (plan.tproxy) {
    captureByTproxy(plan);
  } else if (!plan.bypassInbound) {
    const clauses = [not(to(plan.loopback)), tcp, not(tcpDport(PORT.hbone)), notOfZtunnel];
    plan.nat.append(PRERT, clauses, redirect(PORT.inbound));
  }
}

function captureDns(plan: AmbientPlan): void {
  const elsewhere = not(outInterface('lo'));
  if (!plan.has('ambient-dns-zones')) {
    plan.nat.append(OUT, [elsewhere, udp, udpDport(53)], redirect(PORT.dns));
    return;
  }
  plan.nat.append(OUT, [elsewhere, udp, notOfZtunnel, udpDport(53)], redirect(PORT.dns));
  plan.nat.append(OUT, [not(to(plan.loopback)), tcp, tcpDport(53), notOfZtunnel], redirect(PORT.dns));
  plan.raw.append(OUT, [udp, ofZtunnel, udpDport(53)], zone(1));
  plan.raw.append(PRERT, [udp, notOfZtunnel, udpSport(53)], zone(1));
}

function captureOutbound(plan: AmbientPlan): void {
  const elsewhere: Match = not(to(plan.loopback));
  plan.nat.append(OUT, [tcp, ofConnection], ACCEPT);
  plan.nat.append(OUT, [elsewhere, outInterface('lo')], ACCEPT);
  plan.nat.append(OUT, [elsewhere, tcp, notOfZtunnel], redirect(PORT.outbound));
}

/** On the node: what its own processes (the kubelet) send to ambient pods gets the probe address as its source. */
function programNode(plan: AmbientPlan): void {
  if (plan.probe === null) return;
  const name = plan.has('ambient-ipv6') ? probedPodsName(plan.family) : PROBED_PODS;
  const pods = { kind: 'opaque', module: 'set', args: ['--match-set', name, 'dst'] } as const;
  plan.nat.append('POSTROUTING', [], jump(POSTRT));
  plan.nat.append(POSTRT, [tcp, { kind: 'owner', socketExists: { negated: false } }, pods], snat(plan.probe));
}
