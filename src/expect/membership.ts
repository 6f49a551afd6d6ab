import { isIstioChain, istioTables } from '../istio/chains.ts';
import { signsOfEnrolment } from '../istio/enrolment.ts';
import { exemptionOf } from '../istio/exempt.ts';
import { isNode } from '../istio/node.ts';
import type { ResolvedConfig, Undetermined } from '../model/report.ts';
import { isListener } from '../model/socket.ts';
import type { Facts } from '../observe/facts.ts';
import { type Declared, type Layer, mergeLayers } from './layers.ts';

/** Whether a pod's requests can be held against Istio's layout, as `check` decides it. */
export type Membership =
  | { readonly kind: 'member' }
  /** Nothing is redirected here by design: a gateway, a node. */
  | { readonly kind: 'free'; readonly note: string }
  /** No rule of Istio's, and nothing says that there should be one. */
  | { readonly kind: 'open'; readonly because: Undetermined };

/** `declared`: somebody or the pod itself said how it is configured; `asked`: the user did. */
export function membershipOf(
  facts: Facts,
  resolved: ResolvedConfig,
  { declared, asked }: { readonly declared: boolean; readonly asked: boolean },
): Membership {
  const { pod } = facts;
  if (istioTables(pod.ruleset).length > 0) return { kind: 'member' };
  const exempt = exemptionOf(pod, facts, asked);
  if (exempt) return { kind: 'free', note: exempt.message.replace(/\.$/, '') };
  if (isNode({ pod, origin: resolved.origin })) {
    return { kind: 'free', note: "this is a node's network namespace, where no request is redirected" };
  }
  return declared || hasSigns(facts, resolved) ? { kind: 'member' } : { kind: 'open', because: SILENCE };
}

/** The same, by what was declared and what the pod says of itself. */
export function membershipBy(declared: Declared, layers: readonly Layer[], facts: Facts, resolved: ResolvedConfig) {
  return membershipOf(facts, resolved, {
    declared: Object.keys(mergeLayers(layers.filter(({ origin }) => origin !== 'inferred'))).length > 0,
    asked: Object.keys(mergeLayers(declared.layers)).length > 0,
  });
}

const SILENCE: Undetermined = {
  code: 'NAT1004',
  message: 'There is no rule of Istio here, and nothing says that this pod belongs to the mesh',
  remedy: 'If it should, name the release that should have programmed it: --istio-version X.Y.Z',
};

function hasSigns(facts: Facts, { config }: ResolvedConfig): boolean {
  const { ruleset, sockets } = facts.pod;
  if (ruleset.tables.some((table) => table.chains.some((chain) => isIstioChain(table, chain)))) return true;
  if (signsOfEnrolment(facts.pod, facts).length > 0) return true;
  const ports = [config.proxyPort, config.inboundCapturePort];
  return (sockets ?? []).some((socket) => isListener(socket) && ports.includes(socket.localPort));
}
