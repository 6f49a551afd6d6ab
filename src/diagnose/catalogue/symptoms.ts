import type { Symptom } from './entry.ts';

/** What people complain of, in the order of docs/runbook.md. */
export const SYMPTOMS: readonly Symptom[] = [
  {
    title: 'Connection refused at start',
    words: 'econnrefused startup boot early first seconds crash loop job ends holdApplicationUntilProxyStarts',
    codes: ['NAT0801', 'NAT0802', 'NAT0803'],
  },
  {
    title: '503 UC after excluding a port',
    words: 'upstream reset before headers connection termination exclude excludeInboundPorts mtls tls handshake 502',
    codes: ['NAT0207', 'NAT0201', 'NAT0805', 'NAT0202'],
  },
  {
    title: 'No mTLS and no metrics for one service',
    words: 'plaintext missing telemetry kiali graph bypass bypasses around proxy unencrypted authorization ignored',
    codes: ['NAT0101', 'NAT0201', 'NAT0102', 'NAT0303', 'NAT0105', 'NAT0601'],
  },
  {
    title: 'DNS is slow or fails',
    words: 'resolution resolve lookup timeout timeouts nxdomain servfail name latency intermittent 53 coredns',
    codes: ['NAT0402', 'NAT0405', 'NAT0401', 'NAT0403', 'NAT0404'],
  },
  {
    title: 'Probes fail only under ambient',
    words: 'probe liveness readiness kubelet unhealthy health check restarts ztunnel',
    codes: ['NAT0903', 'NAT0902', 'NAT0906'],
  },
  {
    title: 'It works by IP and not by name',
    words: 'dns host hostname serviceentry external 240.240.0.0 virtual address automatic cannot resolve',
    codes: ['NAT0401', 'NAT0208', 'NAT0403', 'NAT0404', 'NAT0405'],
  },
  {
    title: 'Resets on large uploads',
    words: 'rst reset by peer connection upload large file intermittent invalid conntrack INVALID_DROP 503',
    codes: ['NAT0114'],
  },
  {
    title: 'After a node reboot',
    words: 'restart restarted node rebooted istio-cni race no rules not captured crash docker runtime',
    codes: ['NAT0105', 'NAT0901', 'NAT0108', 'NAT0106', 'NAT0111'],
  },
  {
    title: 'After an Istio upgrade',
    words: 'upgraded update release version canary revision older',
    codes: ['NAT0112', 'NAT0104', 'NAT0704', 'NAT0803', 'NAT0705'],
  },
  {
    title: 'A VPN or Docker sidecar is in the pod',
    words:
      'wireguard openvpn dind container runtime firewall iptables foreign virtual machine kubevirt egress kill switch',
    codes: ['NAT0109', 'NAT0210', 'NAT0110'],
  },
  {
    title: 'An init container has no network',
    words: 'initcontainer init connection refused istio-cni migration vault cannot connect',
    codes: ['NAT0801'],
  },
];
