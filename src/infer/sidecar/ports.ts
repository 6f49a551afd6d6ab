import { DIVERT, IN, IN_REDIRECT, OUT, REDIRECT, TPROXY } from '../../istio/iptables-chains.ts';
import { EXCLUDED_BY_PLUGIN, PORT } from '../../istio/ports.ts';
import { majority, unique } from '../agree.ts';
import { inAll, type Reader } from '../context.ts';
import type { Form } from '../rule-pattern.ts';
import type { Observed } from '../types.ts';

const DNS = 53;
const SSH = 22;
/** Ports that stand in ISTIO_INBOUND for other reasons than HBONE. */
const NO_TUNNEL: ReadonlySet<number> = new Set([SSH, ...EXCLUDED_BY_PLUGIN]);

/**
 * A port that something redirects to. Istio's own is expected wherever any rule has it. Another one, which all rules
 * agree on, is either a setting of the mesh or one changed rule: listeners tell, else only a literal reading takes it.
 */
function choosePort(context: Reader, seen: readonly number[], usual: number): number | undefined {
  const ports = unique(seen);
  const [port] = ports;
  if (port === undefined) return undefined;
  if (ports.length > 1 || port === usual) return usual;
  if (context.listeners?.has(port) && !context.listeners.has(usual)) return port;
  if (context.listeners?.has(usual) && !context.listeners.has(port)) return usual;
  return context.reading === 'literal' ? port : usual;
}

/** Where outbound and inbound connections go. Which rules show which port depends on the release. */
export function readRedirectPorts(context: Reader, inbound: Observed['inboundPortsInclude']): Observed {
  const { has } = context;
  const redirect = redirectedTo(inAll(context, 'nat', REDIRECT));
  const inRedirect = redirectedTo(inAll(context, 'nat', IN_REDIRECT));
  const tproxy = inAll(context, 'mangle', TPROXY).flatMap((form) => form.port ?? []);
  if (!has('capture-port-for-all-ports')) return commonPort(context, [...redirect, ...tproxy], inRedirect);
  const showsCapture = has('capture-port') || inbound === '*';
  const outbound = [...redirect, ...(showsCapture ? [] : inRedirect), ...(has('tproxy-capture-port') ? [] : tproxy)];
  const capture = [...(showsCapture ? inRedirect : []), ...(has('tproxy-capture-port') ? tproxy : [])];
  return defined({
    proxyPort: choosePort(context, outbound, PORT.outbound),
    inboundCapturePort: choosePort(context, capture, PORT.inbound),
  });
}

/** 1.0 – 1.2: one port for both directions, unless a variable of the container set them apart. */
function commonPort(context: Reader, outbound: readonly number[], inbound: readonly number[]): Observed {
  const proxyPort = choosePort(context, outbound, PORT.outbound) ?? PORT.outbound;
  const capture = choosePort(context, inbound, proxyPort);
  return defined({
    proxyPort,
    inboundCapturePort: capture === undefined || capture === proxyPort ? undefined : capture,
  });
}

function redirectedTo(forms: readonly Form[]): number[] {
  return forms.filter((form) => form.target === 'redirect' && form.shape === 'tcp').flatMap((form) => form.port ?? []);
}

/**
 * The HBONE port: what calls to oneself spare and the head of nat ISTIO_INBOUND returns. A port that only one of the
 * two places has is not it, or not in a cautious reading.
 */
export function readTunnelPort(context: Reader): number | undefined {
  if (!context.has('tunnel-return')) return undefined;
  const returned = inAll(context, 'nat', IN)
    .filter((form) => form.target === 'return' && form.shape === 'tcp dport')
    .flatMap((form) => form.dports);
  if (!context.has('tunnel-spared')) return unspared(context, returned);
  const spared = majority(sparedPorts(context));
  const agreed =
    spared !== undefined && (spared === PORT.hbone || returned.includes(spared) || context.reading === 'literal');
  return agreed ? spared : PORT.hbone;
}

function unspared(context: Reader, returned: readonly number[]): number {
  const [first, second] = returned;
  // Only the HBONE port stands ahead of 22, whatever else is excluded.
  const aheadOfSsh = context.has('ssh-excluded') && second === SSH && first !== PORT.hbone;
  if (aheadOfSsh && context.reading === 'literal') return first ?? PORT.hbone;
  if (first === undefined || returned.includes(PORT.hbone) || NO_TUNNEL.has(first)) return PORT.hbone;
  return context.reading === 'literal' ? first : PORT.hbone;
}

/** Beside 53, which the rules of the uids spare with DNS capture; alone it is the port itself. */
function sparedPorts(context: Reader): number[] {
  return inAll(context, 'nat', OUT)
    .filter((form) => form.target === `jump ${IN_REDIRECT}` && form.shape.includes('!dport'))
    .flatMap(({ dports }) => (dports.length > 1 && dports[0] === DNS ? dports.slice(1) : dports));
}

/** The mark of TPROXY, from all the places that compare with it or set it. */
export function readTproxyMark(context: Reader): number | undefined {
  const chains = ['PREROUTING', DIVERT, TPROXY, IN, 'OUTPUT'];
  const forms = chains.flatMap((chain) => inAll(context, 'mangle', chain)).filter((form) => !isOfOwnCalls(form));
  return majority(forms.flatMap((form) => form.mark ?? []));
}

/** The mark of what the proxy sends to its own pod, 1338, is no input; native TPROXY has its mark in another statement. */
function isOfOwnCalls({ shape, target, uid, gids }: Form): boolean {
  return shape.includes('!mark') || (target === 'mark' && (uid !== undefined || gids.length > 0));
}

/** The inputs without those that are undefined. */
export function defined(inputs: { readonly [K in keyof Observed]: Observed[K] | undefined }): Observed {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}
