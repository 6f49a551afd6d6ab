import type { Context } from '../../expect/context.ts';
import type { Family } from '../../model/family.ts';
import type { Finding } from '../../model/report.ts';
import type { Socket } from '../../model/socket.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { socketEvidence, withListeners } from '../sockets/listening.ts';
import { redirectTargets } from '../sockets/redirect-targets.ts';
import { mayHaveIpv6 } from './ipv6-addresses.ts';

/**
 * TPROXY hands a packet to a transparent socket, which needs NET_ADMIN. Newer versions of ss show whether it is one. Where
 * that was not shown its owner is a hint: the injector gives the right to root only (runAsUser 0 in TPROXY mode).
 */
export const tproxyListener = defineCheck({
  id: 'tproxy-listener',
  description: 'the inbound listener can take what TPROXY hands over',
  codes: ['NAT0503'],
  run: withListeners((listeners, context) => {
    const { config } = context;
    if (config.dataplane !== 'sidecar' || config.interceptionMode !== 'TPROXY')
      return { skipped: 'the interception mode is REDIRECT' };
    const { inboundCapturePort: port } = config;
    const families = familiesHandedTo(port, context);
    const waiting = listeners.filter(
      ({ localPort, protocol, family }) =>
        localPort === port && protocol === 'tcp' && (family === 'any' || families.has(family)),
    );
    const [first] = waiting;
    if (first === undefined) return { skipped: `nobody is seen to listen on port ${port}` };
    const ordinary = waiting.filter(({ transparent }) => transparent === false);
    if (ordinary.length > 0) return [notTransparent(ordinary, port)];
    const hints = waiting.filter(({ transparent, uid }) => transparent === undefined && uid !== null && uid !== 0);
    if (hints.length > 0) return [ofOrdinaryUser(hints, port)];
    return waiting.some(({ transparent }) => transparent) ? [] : { skipped: `${NOT_SHOWN} ${port}` };
  }),
});

/** The families in which Istio hands packets to a port by TPROXY, and in which any can come. */
function familiesHandedTo(port: number, context: Context): ReadonlySet<Family> {
  const targets = redirectTargets(context.expected).filter(
    (target) => target.port === port && target.where.rule.targets.some(({ kind }) => kind === 'tproxy'),
  );
  const families = new Set(targets.map(({ family }) => family));
  if (!mayHaveIpv6(context)) families.delete('ipv6');
  return families;
}

const NOT_SHOWN = 'whether the listener is transparent was not shown: see ss -ltn --inet-sockopt, port';

/** The kernel's own word. */
function notTransparent(sockets: readonly Socket[], port: number): Finding<'NAT0503'> {
  return finding('NAT0503', {
    message: `The rules hand inbound packets to port ${port} by TPROXY, and the socket that listens there is not transparent: the kernel drops them.`,
    evidence: [
      ...socketEvidence(sockets),
      { kind: 'command', command: 'ss -ltn --inet-sockopt', text: `no transparent listener on tcp port ${port}` },
    ],
  });
}

function ofOrdinaryUser(sockets: readonly Socket[], port: number): Finding<'NAT0503'> {
  return finding('NAT0503', {
    severity: 'warning',
    message: `The rules hand inbound packets to port ${port} by TPROXY, and the process that listens there runs as uid ${sockets[0]?.uid}: in this mode Istio runs the proxy as root with NET_ADMIN, without which its listener is not transparent and the packets are dropped.`,
    evidence: socketEvidence(sockets),
  });
}
