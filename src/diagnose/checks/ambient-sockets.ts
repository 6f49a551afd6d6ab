import type { Context } from '../../expect/context.ts';
import { planesOf } from '../../istio/planes.ts';
import { PORT, ZTUNNEL_PORTS } from '../../istio/ports.ts';
import type { Evidence } from '../../model/report.ts';
import { couldShowListener, listenerNotShown } from '../../model/shown-sockets.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { redirectTargets } from '../sockets/redirect-targets.ts';

/**
 * ztunnel's sockets in the pod. Unlike a proxy of the pod's own it opens them before the pod's containers start, so
 * their absence is never a matter of time.
 */
export const ztunnelListening = defineCheck({
  id: 'ztunnel-listening',
  description: 'ztunnel listens in the pod on every port that it serves',
  codes: ['NAT0902'],
  run: (context) => {
    const { config, pod } = context;
    if (config.dataplane !== 'ambient' || config.scope === 'host') return { skipped: 'the data plane is not ambient' };
    if (pod.sockets === null) return { skipped: 'the sockets were not shown' };
    if (!planesOf(pod.ruleset).has('ambient')) return { skipped: "there are no rules of ambient's" };
    const unseen = unserved(pod.sockets, context);
    const missing = unseen.filter((port) => couldShowListener(pod, { protocol: 'tcp', port }));
    const [hidden] = unseen;
    if (missing.length === 0) {
      return hidden === undefined ? [] : { skipped: listenerNotShown(pod, { protocol: 'tcp', port: hidden }) };
    }
    const ports = missing.join(', ');
    return [
      finding('NAT0902', {
        message: `ztunnel does not listen on ${ports} in this pod: connections that are captured for ${missing.length === 1 ? 'that port' : 'those ports'} are refused.`,
        evidence: [
          ...leadingRules(missing, context),
          { kind: 'command', command: 'ss -Hltn', text: `no tcp listener on ${ports}` },
        ],
      }),
    ];
  },
});

/** Where inbound traffic is left alone nothing goes to 15006 and 15008. */
function unserved(sockets: readonly Socket[], { config }: Context): number[] {
  const wanted = config.ingressMode ? [PORT.outbound] : ZTUNNEL_PORTS;
  const tcp = sockets.filter((socket) => isListener(socket) && socket.protocol === 'tcp');
  return wanted.filter((port) => !tcp.some(({ localPort }) => localPort === port));
}

/** The live rules that send packets to the ports; HBONE's arrives on its own. */
function leadingRules(ports: readonly number[], { pod }: Context): Evidence[] {
  const targets = redirectTargets(pod.ruleset).filter(
    ({ port, protocol }) => protocol === 'tcp' && ports.includes(port),
  );
  return [...new Map(targets.map(({ where }) => [where.rule, ruleEvidence(where)])).values()].slice(0, 6);
}

/** Whether the check above says that nobody accepts what is redirected to a port. */
export function isToldOfZtunnel(port: number, context: Context): boolean {
  if (context.config.dataplane !== 'ambient') return false;
  if (ZTUNNEL_PORTS.includes(port)) return true;
  return port === PORT.dns && unserved(context.pod.sockets ?? [], context).length > 0;
}
