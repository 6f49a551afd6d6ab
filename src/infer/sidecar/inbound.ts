import { DIVERT, IN, IN_REDIRECT, TPROXY } from '../../istio/iptables-chains.ts';
import { EXCLUDED_BY_INJECTOR, PORT } from '../../istio/ports.ts';
import { excludedInbound } from '../../layout/inbound-exclusions.ts';
import type { Family } from '../../model/family.ts';
import { allCaptured, commonExemptions, unique } from '../agree.ts';
import { between, inAll, listed, type Reader } from '../context.ts';
import type { Form } from '../rule-pattern.ts';
import type { Observed } from '../types.ts';

const BY_PORT = 'tcp dport';
/** What the injector and the CNI plugin exclude by default. */
const USUAL: ReadonlySet<number> = new Set(EXCLUDED_BY_INJECTOR);
const { metrics, health, status } = PORT;
const SSH = 22;
const CAPTURES = [`jump ${IN_REDIRECT}`, `jump ${TPROXY}`, `jump ${DIVERT}`];

/** Which inbound ports are captured and which are left alone. */
export function readInbound(context: Reader, tproxy: boolean, tunnel: number): Observed {
  const chains = context.view.families.map((family) => chainOf(context, family, tproxy));
  const include = context.given.inboundPortsInclude ?? includes(chains, tunnel, context);
  if (include !== '*') return { inboundPortsInclude: include };
  const lists = chains.filter((chain) => chain.rules.length > 0).map((chain) => excludes(context, chain, tunnel));
  const ports = listed(context, commonExemptions(lists, USUAL));
  const read = context.reading === 'cautious' ? withUsual(ports) : ports;
  return { inboundPortsInclude: include, inboundPortsExclude: asAnnotated(context, read) };
}

/**
 * The list that the annotations make, where there are any: in the order of the rules, if these are for just those ports.
 * A status port of the pod's own is taken from the rules, where no annotation tells.
 */
function asAnnotated({ annotations, has }: Reader, ports: readonly number[]): readonly number[] {
  if (annotations === undefined) return ports;
  const last = hasOwnStatusPort(ports) ? ports.at(-1) : undefined;
  const own = last === undefined || annotations.excluded.includes(last) ? {} : { status: last };
  const meant = excludedInbound({ ...own, ...annotations }, has, isByPlugin(ports) ? 'istio-cni' : 'istio-init');
  return isPermutation(meant, ports) ? ports : meant;
}

function isPermutation(a: readonly number[], b: readonly number[]): boolean {
  return a.toSorted().join() === b.toSorted().join();
}

/**
 * The list with the one of the three usual ports that it lacks, where its programmer puts it: the injector 15090,15021
 * in front and 15020 behind, the plugin 15020,15021,15090 behind. Neither leaves one out, but the injector puts another
 * status port in the place of 15020.
 */
function withUsual(ports: readonly number[]): readonly number[] {
  const [lost, ...more] = [...USUAL].filter((port) => !ports.includes(port));
  if (lost === undefined || more.length > 0) return ports;
  if (isByPlugin(ports)) {
    const next = lost === status ? ports.indexOf(health) : lost === health ? ports.indexOf(metrics) : ports.length;
    return ports.toSpliced(next, 0, lost);
  }
  if (lost === status) return hasOwnStatusPort(ports) ? ports : [...ports, lost];
  return ports.toSpliced(lost === metrics ? 0 : 1, 0, lost);
}

/** Whether a list that may lack one of the usual ports is in the plugin's order. */
function isByPlugin(ports: readonly number[]): boolean {
  const [first] = ports;
  if (first === undefined) return false;
  return ports.join().endsWith(`${health},${metrics}`) || (first !== metrics && first !== health);
}

/** Whether the injector's list ends in another port than 15020, as it does where an annotation names the status port. */
function hasOwnStatusPort(ports: readonly number[]): boolean {
  return ports[0] === metrics && ports[1] === health && ports.length > 2 && !ports.includes(status);
}

/** ISTIO_INBOUND where the family's inbound capture is, and whether PREROUTING leads there. */
interface InboundChain {
  readonly rules: readonly Form[];
  readonly entered: boolean;
  readonly inNat: boolean;
}

function chainOf({ view, has }: Reader, family: Family, tproxy: boolean): InboundChain {
  const table = tproxy && (family === 'ipv4' || has('families-alike')) ? 'mangle' : 'nat';
  return {
    rules: view.forms(family, table, IN),
    entered: view.forms(family, table, 'PREROUTING').some((form) => form.target === `jump ${IN}`),
    inNat: table === 'nat',
  };
}

function isCapture(form: Form): boolean {
  return CAPTURES.includes(form.target);
}

/** `*`, unless rules capture single ports; without any capture the way into the chain and its exclusions still show it. */
function includes(chains: readonly InboundChain[], tunnel: number, context: Reader): '*' | number[] {
  const captures = chains.map((chain) => chain.rules.filter(isCapture));
  if (captures.flat().some((form) => form.dports.length === 0)) return '*';
  const ports = allCaptured(captures.map((forms) => capturedPorts(forms)));
  if (ports.length > 0) return [...listed(context, ports)];
  const meant =
    chains.some((chain) => chain.entered || excludes(context, chain, tunnel).length > 0) || diverts(context);
  return meant || (context.reading === 'cautious' && isLost(context)) ? '*' : [];
}

/** TPROXY has these chains only where something inbound is captured. */
function diverts(context: Reader): boolean {
  return [DIVERT, TPROXY].some((chain) => inAll(context, 'mangle', chain).length > 0);
}

/** Istio writes these chains even where nothing inbound is captured. */
function isLost(context: Reader): boolean {
  const always = [IN_REDIRECT, ...(context.has('tunnel-return') ? [IN] : [])];
  return always.some((chain) => inAll(context, 'nat', chain).length === 0);
}

/** Istio's own place for exclusions: after the HBONE port and 22, or the rules of TPROXY, ahead of the capture. */
function excludes({ has, reading }: Reader, { rules, inNat }: InboundChain, tunnel: number): number[] {
  const capture = rules.findIndex(isCapture);
  const start = inNat ? rules.findIndex((form) => isReturnOf(form, tunnel)) + 1 : afterMarks(rules);
  const place = between(rules, start, capture);
  const ssh = has('ssh-excluded') ? place.findIndex((form) => isReturnOf(form, SSH)) + 1 : 0;
  // Behind the capture of everything a RETURN does nothing: whoever put it there meant it, and it is out of order.
  const late = reading === 'cautious' && capture >= 0 ? rules.slice(capture) : [];
  const ports = [...place.slice(ssh), ...late].flatMap((form) => (isPortReturn(form) ? form.dports : []));
  // Who writes the chain twice returns the HBONE port (in nat) and 22 twice.
  const isRepeated = (inNat && ports.includes(tunnel)) || unique(ports).length < ports.length;
  if (reading !== 'cautious' || !isRepeated) return ports;
  return ports.filter((port) => !(inNat && port === tunnel) && !(has('ssh-excluded') && port === SSH));
}

/** A port of TPROXY stands in a rule for connections that exist, once or twice, and one for those that do not. */
function capturedPorts(forms: readonly Form[]): number[] {
  const last = forms.filter((form) => form.target !== `jump ${DIVERT}`);
  const ports = last.flatMap((form) => form.dports);
  return [...ports, ...unique(forms.flatMap((form) => form.dports)).filter((port) => !ports.includes(port))];
}

function isPortReturn(form: Form): boolean {
  return form.target === 'return' && form.shape === BY_PORT;
}

function isReturnOf(form: Form, port: number): boolean {
  return isPortReturn(form) && form.dports[0] === port;
}

/** The position after the rules that TPROXY inserts at the head of mangle ISTIO_INBOUND. */
function afterMarks(rules: readonly Form[]): number {
  return rules.findLastIndex((form) => form.target === 'return' && form.shape !== BY_PORT) + 1;
}
