import type { Context } from '../../expect/context.ts';
import { DNS_PROXY_PORTS } from '../../istio/dns.ts';
import { isReserved } from '../../istio/ports.ts';
import type { FindingCode } from '../../model/code.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Evidence, Finding } from '../../model/report.ts';
import { couldShowListener, isSilent, listenerNotShown } from '../../model/shown-sockets.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import { evidenceKey, ruleEvidence } from '../../rules/quote.ts';
import { type CheckResult, defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import type { LikelyCause } from '../remedy/causes.ts';
import { socketEvidence } from '../sockets/listening.ts';
import { accepts, type RedirectTarget, redirectTargets } from '../sockets/redirect-targets.ts';
import { isOutsideMesh, trafficFindingsOf } from '../traffic/groups.ts';
import { isToldOfZtunnel } from './ambient-sockets.ts';
import { mayHaveIpv6 } from './ipv6-addresses.ts';

/** Packets are redirected to a port where nobody accepts them: each connection is refused. */
export const proxyListening = defineCheck({
  id: 'proxy-listening',
  ofLayout: true,
  description: 'somebody listens on every port that packets are redirected to',
  codes: ['NAT0405', 'NAT0801'],
  run: (context) => {
    const { pod } = context;
    if (pod.sockets === null) return { skipped: 'the sockets were not shown' };
    if (isOutsideMesh(context)) return { skipped: "the rules are none of Istio's" };
    const listeners = pod.sockets.filter(isListener);
    const misled = misledRules(context);
    const unserved = unservedTargets(listeners, context);
    const refused = unserved
      .filter((target) => couldShowListener(pod, target))
      .filter(({ where }) => !misled.has(evidenceKey(ruleEvidence(where))));
    const [first, ...others] = refused;
    if (first === undefined) return unseen(unserved, context);
    if (isSilent(pod)) return [nothingListening([first, ...others])];
    // One process opens all of the proxy's ports: where several are missing for the same reason, it is one fault.
    const faults = groupBy(refused, (target) => {
      const families = new Set(refused.filter(({ port }) => port === target.port).map(({ family }) => family));
      return `${codeFor(target)} ${[...families]} ${nearTo([target], listeners).length > 0}`;
    });
    return faults.map((targets) => notListening(targets, listeners, context));
  },
});

/** Nobody is known to be missing: all are there, or some of them would not be seen. */
function unseen(unserved: readonly RedirectTarget[], { pod }: Context): CheckResult<'NAT0801'> {
  const hidden = unserved.find((target) => !couldShowListener(pod, target));
  return hidden === undefined ? [] : { skipped: listenerNotShown(pod, hidden) };
}

/** The live targets of redirects that nobody is seen to accept. Native tables redirect both families, in a pod of one as well. */
function unservedTargets(listeners: readonly Socket[], context: Context): RedirectTarget[] {
  return redirectTargets(context.pod.ruleset).filter(
    (target) =>
      (target.family === 'ipv4' || mayHaveIpv6(context)) &&
      !isToldOfZtunnel(target.port, context) &&
      !listeners.some((socket) => accepts(socket, target)),
  );
}

/** Not the proxy is missing but everybody, so there is one finding and not one for each port. */
function nothingListening(targets: readonly [RedirectTarget, ...RedirectTarget[]]): Finding<'NAT0801'> {
  const rules = new Map(targets.map(({ where }) => [where.rule, ruleEvidence(where)]));
  return finding('NAT0801', {
    message: `${who(targets)} is redirected to ${portsInWords(targets)}, and nobody listens on any port here: the containers have not started, have ended, or this is an init container of a pod whose rules are there before it (istio-cni).`,
    evidence: [...rules.values(), nobodyOn('any port')],
    likely: { kind: 'not-listening', who: 'nobody' },
  });
}

/**
 * The findings of redirects to a wrong port, with a note that nobody listens there, where that is so: the port is the
 * fault, the silence behind it a symptom.
 */
export function withSilence<C extends FindingCode>(findings: readonly Finding<C>[], context: Context): Finding<C>[] {
  const { pod } = context;
  const refused = unservedTargets((pod.sockets ?? []).filter(isListener), context).filter((target) =>
    couldShowListener(pod, target),
  );
  return findings.map((found) => {
    const quoted = new Set(found.evidence.map(evidenceKey));
    const targets = refused.filter(({ where }) => quoted.has(evidenceKey(ruleEvidence(where))));
    const silent = [...new Set(targets.map(({ protocol, port }) => `${protocol} port ${port}`))];
    if (silent.length === 0) return found;
    return {
      ...found,
      message: `${found.message} Nobody listens on ${silent.join(' and ')}: these connections are refused.`,
      evidence: [...found.evidence, ...silent.map(nobodyOn)],
    };
  });
}

/** Rules that another finding calls wrong because of the port they send packets to. */
function misledRules(context: Context): ReadonlySet<string> {
  return new Set(trafficFindingsOf(['NAT0104'], context).flatMap(({ evidence }) => evidence.map(evidenceKey)));
}

function codeFor({ port }: RedirectTarget): 'NAT0405' | 'NAT0801' {
  return DNS_PROXY_PORTS.has(port) ? 'NAT0405' : 'NAT0801';
}

function notListening(
  targets: readonly [RedirectTarget, ...RedirectTarget[]],
  listeners: readonly Socket[],
  context: Context,
): Finding<'NAT0405' | 'NAT0801'> {
  const near = nearTo(targets, listeners);
  const rules = new Map(targets.map(({ where }) => [where.rule, ruleEvidence(where)]));
  const families = new Set(targets.map(({ family }) => family));
  const [family] = families;
  const ports = portsInWords(targets);
  return finding(codeFor(targets[0]), {
    message: `${who(targets)} is redirected to ${ports}, where ${whyRefused(near, families.size)}: it is refused.`,
    ...(families.size === 1 && family !== undefined ? { family } : {}),
    evidence: [...rules.values(), ...(near.length > 0 ? socketEvidence(near) : [nobodyOn(ports)])],
    likely: { kind: 'not-listening', who: whoIsMissing(targets[0], near, context) },
  });
}

/** A proxy that has none of its own ports open is not there; one that lacks the port of DNS alone was not told to serve it. */
function whoIsMissing({ port }: RedirectTarget, near: readonly Socket[], { config, pod }: Context): Missing {
  if (near.length > 0) return 'other-address';
  const proxys = [config.proxyPort, config.inboundCapturePort];
  if (!DNS_PROXY_PORTS.has(port)) return isReserved(port, config) ? 'proxy' : 'stranger';
  const isThere = pod.sockets?.some((socket) => isListener(socket) && proxys.includes(socket.localPort)) ?? false;
  return isThere ? 'dns' : 'proxy';
}

type Missing = Extract<LikelyCause, { kind: 'not-listening' }>['who'];

/** `tcp port 15001`, `tcp and udp port 15053`, `tcp ports 15006 and 15001`. */
function portsInWords(targets: readonly RedirectTarget[]): string {
  const protocols = [...new Set(targets.map(({ protocol }) => protocol))];
  const ports = [...new Set(targets.map(({ port }) => port))];
  return `${protocols.join(' and ')} ${ports.length > 1 ? 'ports' : 'port'} ${ports.join(' and ')}`;
}

function nobodyOn(port: string): Evidence {
  return { kind: 'command', command: 'ss -ltun', text: `no listener on ${port}` };
}

/** Listeners on one of the ports, that do not accept what is sent there. */
function nearTo(targets: readonly RedirectTarget[], listeners: readonly Socket[]): Socket[] {
  return listeners.filter((socket) =>
    targets.some(({ port, protocol }) => socket.localPort === port && socket.protocol === protocol),
  );
}

function who(targets: readonly RedirectTarget[]): string {
  const hooks = new Set(targets.map(({ hook }) => hook));
  const families = new Set(targets.map(({ family }) => family));
  const direction = hooks.size > 1 ? 'Traffic' : hooks.has('OUTPUT') ? 'Outbound traffic' : 'Inbound traffic';
  return families.size > 1 || families.has('ipv4') ? direction : `${direction} over IPv6`;
}

function whyRefused(near: readonly Socket[], families: number): string {
  if (near.length === 0) return 'nobody listens';
  const addresses = [...new Set(near.map(({ localAddress }) => localAddress))].join(', ');
  const others = families === 1 && near.some(({ localAddress }) => ['0.0.0.0', '::'].includes(localAddress));
  return others ? `the only listener (${addresses}) is of the other family` : `somebody listens on ${addresses} only`;
}
