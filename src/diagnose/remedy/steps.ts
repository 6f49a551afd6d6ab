import type { LikelyCause, Writer } from './causes.ts';
import { AGENT_LOG, deletePod, findWriter, logsOf, optOut, renew, writerLog, ZTUNNEL_LOG } from './cluster.ts';
import { settingStep } from './settings.ts';
import type { Situation } from './situation.ts';

/** What to do about a cause with kubectl, in the order in which to do it; null: what the catalogue says. */
export function stepsFor(cause: LikelyCause, situation: Situation): readonly string[] | null {
  switch (cause.kind) {
    case 'foreign':
      return [keepOut(cause.writer, situation), renew(situation)];
    case 'policy':
      return [admitFirst(cause, situation), renew(situation, 'Once it does, or is out of the pod')];
    case 'setting':
      return settingSteps(cause, situation);
    case 'flushed':
      return [renew(situation), findWriter(situation, AGAIN)];
    case 'gone':
      return goneSteps(cause, situation);
    case 'part-gone':
      return [writerLog(situation), renew(situation), nodeModules(situation)];
    case 'other-plane':
      return [oneOfBoth(situation), renew(situation)];
    case 'by-hand':
    case 'rule-lost':
    case 'order':
    case 'dormant':
      return [renew(situation)];
    case 'guard':
      return [renew(situation), `See why the agent was interrupted (memory, time to stop): \`${AGENT_LOG}\`.`];
    case 'other-release':
      return [renew(situation), ...reconcile(cause, situation)];
    case 'not-listening':
      return notListening(cause, situation);
    case 'connection':
      return connectionSteps(cause, situation);
    case 'told':
      return [];
  }
}

const AGAIN = 'that flushed them, or it happens again';

/** How a program that is not Istio's and Istio get on: most have a place of their own to run in. */
function keepOut({ kind, name }: Writer, situation: Situation): string {
  const who = name ?? 'it';
  switch (kind) {
    case 'container-engine':
      return `Run ${who} in a pod without Istio: label ${optOut(situation)} on its pod template.`;
    case 'vpn':
      return `Run the VPN in a pod of its own without Istio (label ${optOut(situation)}), or have it leave lo and Istio's ports alone.`;
    case 'mesh':
      return `Decide for one mesh: take the pod out of ${who}, or out of Istio with the label ${optOut(situation)}.`;
    case 'network':
      return `Find out why ${who} writes into this pod: it should into the node alone, or into pods with hostNetwork.`;
    case 'security':
      return `Have ${who} leave Istio's ports alone, or take it out of the pod.`;
    case 'unknown':
      return findWriter(situation, 'that writes the rule, and take it out');
  }
}

function admitFirst({ writer }: Extract<LikelyCause, { kind: 'policy' }>, { plane, config }: Situation): string {
  const { inboundCapturePort, inboundTunnelPort } = config;
  const own = plane === 'sidecar' ? `uid ${config.proxyUid.join(', ')}` : "ztunnel's mark 0x539";
  const who = writer.name ?? 'whatever set the policy';
  return `Have ${who} admit lo, tcp ${inboundCapturePort} and ${inboundTunnelPort}, and ${own} going out. Leave the policy: it may be a kill switch.`;
}

function settingSteps({ keys }: Extract<LikelyCause, { kind: 'setting' }>, situation: Situation): string[] {
  const { origin } = situation;
  const steps = keys.filter((key) => origin[key] !== 'annotation').flatMap((key) => settingStep(key, situation) ?? []);
  const [first] = steps;
  return first === undefined ? [renew(situation)] : [first, renew(situation, 'Where that is so already')];
}

function goneSteps({ how, family }: Extract<LikelyCause, { kind: 'gone' }>, situation: Situation): string[] {
  if (how === 'lost') return [renew(situation), findWriter(situation, AGAIN)];
  const setting = family === 'ipv6' ? settingStep('enableIpv6', situation) : null;
  return [setting ?? writerLog(situation), renew(situation)];
}

/** Why a table or a family alone is not there, most often. */
function nodeModules({ plane, names }: Situation): string {
  const missing = 'If it fails again the node lacks a kernel module (ip6table_nat, xt_owner, xt_TPROXY)';
  return plane === 'node'
    ? `${missing}.`
    : `${missing}: \`kubectl get pod ${names.pod} -n ${names.namespace} -o wide\` names it.`;
}

/** The two data planes keep out of each other's way by these labels. */
export function oneOfBoth({ plane }: Situation): string {
  return plane === 'ambient'
    ? 'Decide for one: the label `sidecar.istio.io/inject: "false"` on the pod template keeps the sidecar away.'
    : 'Decide for one: the label `istio.io/dataplane-mode: none` on the pod template keeps ambient away.';
}

function reconcile({ left }: Extract<LikelyCause, { kind: 'other-release' }>, { plane }: Situation): string[] {
  if (plane !== 'ambient' || left) return [];
  return [
    'For all pods of the node: `ambient.reconcileIptablesOnStartup=true` for the istio-cni chart (1.25 and later).',
  ];
}

function notListening(
  { who }: Extract<LikelyCause, { kind: 'not-listening' }>,
  situation: Situation,
): readonly string[] {
  const { names, plane } = situation;
  const state = `kubectl get pod ${names.pod} -n ${names.namespace}`;
  if (who === 'nobody') return [`See whether its containers run, and look again when they do: \`${state}\`.`];
  if (who === 'stranger') return ['Mend the rule that leads there first: it is a finding of its own.'];
  if (plane !== 'sidecar')
    return [
      `Read why ztunnel does not serve the pod: \`${ZTUNNEL_LOG}\`.`,
      renew(situation, 'When ztunnel runs again'),
    ];
  const log = `Read why: \`${logsOf(situation, 'istio-proxy')}\` (after a crash with \`--previous\`).`;
  if (who === 'dns')
    return [log, ...[settingStep('redirectDns', situation) ?? []].flat(), renew(situation, 'Where that is so already')];
  const late =
    'If it is only late, set `holdApplicationUntilProxyStarts: true` in the annotation `proxy.istio.io/config` on the pod template.';
  return [
    log,
    ...(who === 'proxy' ? [late] : []),
    `If it does not come back, delete the pod: \`${deletePod(situation)}\`.`,
  ];
}

function connectionSteps(
  { why }: Extract<LikelyCause, { kind: 'connection' }>,
  situation: Situation,
): readonly string[] | null {
  const again = `Let the application open the connection again, or delete the pod: \`${deletePod(situation)}\`.`;
  switch (why) {
    case 'rule':
      return ['Mend that rule first: what is wrong with it is a finding of its own.', again];
    case 'no rule':
      return ['Mend the missing rule first: it is a finding of its own.', again];
    case 'older':
      return [again];
    case 'unseen':
      return null;
  }
}
