import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { socketEvidence, withListeners } from '../sockets/listening.ts';

/**
 * TPROXY hands a packet to a transparent socket, which needs NET_ADMIN. ss shows neither, but the injector gives the
 * right to root only (runAsUser 0 in TPROXY mode), so a listener of another user is worth a word.
 */
export const tproxyListener = defineCheck({
  id: 'tproxy-listener',
  description: 'the inbound listener can take what TPROXY hands over',
  codes: ['NAT0503'],
  run: withListeners((listeners, { config }) => {
    if (config.dataplane !== 'sidecar' || config.interceptionMode !== 'TPROXY')
      return { skipped: 'the interception mode is REDIRECT' };
    const { inboundCapturePort: port } = config;
    const ordinary = listeners.filter(
      ({ localPort, protocol, uid }) => localPort === port && protocol === 'tcp' && uid !== null && uid !== 0,
    );
    const [first] = ordinary;
    if (first === undefined) return [];
    return [
      finding('NAT0503', {
        severity: 'warning',
        message: `The rules hand inbound packets to port ${port} by TPROXY, and the process that listens there runs as uid ${first.uid}: in this mode Istio runs the proxy as root with NET_ADMIN, without which its listener is not transparent and the packets are dropped.`,
        evidence: socketEvidence(ordinary),
      }),
    ];
  }),
});
