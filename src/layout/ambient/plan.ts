import { AMBIENT_MASK, ZTUNNEL_MARK } from '../../istio/marks.ts';
import { type Network, parseNetwork } from '../../model/address.ts';
import type { Config } from '../../model/config.ts';
import type { Family } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import { LOOPBACK_V4, LOOPBACK_V6, mark, not } from '../clauses.ts';
import type { Features } from '../eras.ts';
import type { Drafts } from '../kernel-form.ts';

/** Packets of ztunnel, and all others. */
export const ofZtunnel: Match = mark(ZTUNNEL_MARK, AMBIENT_MASK);
export const notOfZtunnel: Match = not(ofZtunnel);

/** What is programmed for an ambient pod of a release. */
export interface AmbientOptions {
  readonly tproxy: boolean;
  /** Inbound traffic is left alone. */
  readonly bypassInbound: boolean;
  readonly dns: boolean;
  readonly virtualInterfaces: readonly string[];
  /** Packets of ztunnel mark their connection. */
  readonly connmark: boolean;
}

/** Which of the inputs count in the release, and what they amount to together. */
export function ambientOptions(config: Config, has: Features): AmbientOptions {
  const chosen = config.interceptionMode === 'TPROXY' || !has('ambient-redirect');
  const tproxy = has('ambient-tproxy') && chosen;
  const bypassInbound = config.ingressMode && has('ambient-ingress');
  const podDns = has('ambient-pod-options') ? config.dnsProxy : 'unset';
  return {
    tproxy,
    bypassInbound,
    dns: podDns === 'unset' ? config.redirectDns : podDns === 'enabled',
    virtualInterfaces: has('ambient-pod-options') ? config.rerouteVirtualInterfaces : [],
    connmark: !bypassInbound || has('ambient-connmark-always'),
  };
}

/** What differs between the families. */
export interface AmbientFamily {
  readonly family: Family;
  readonly loopback: Network;
  /** Where the node's probes come from; null when the text is no address. */
  readonly probe: Network | null;
}

/** Loopback and probe address of a family. */
export function ambientFamily(config: Config, family: Family): AmbientFamily {
  return {
    family,
    loopback: family === 'ipv4' ? LOOPBACK_V4 : LOOPBACK_V6,
    probe: parseNetwork(family === 'ipv4' ? config.hostProbeIpv4 : config.hostProbeIpv6),
  };
}

/** What the steps share while they program one family in iptables. */
export interface AmbientPlan extends Drafts, AmbientFamily, AmbientOptions {
  readonly has: Features;
}
