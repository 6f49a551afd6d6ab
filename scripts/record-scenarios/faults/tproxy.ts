import type { Fault } from '../scenario.ts';

/** The half of TPROXY mode that is not the redirect itself. */
export const TPROXY: readonly Fault[] = [
  {
    name: 'divert-deleted',
    layout: 'tproxy',
    commands: ['iptables -t mangle -D ISTIO_INBOUND -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT'],
    codes: ['NAT0501'],
    quotes: '--ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT',
  },
  {
    name: 'divert-without-mark',
    layout: 'tproxy-1.18',
    commands: ['iptables -t mangle -D ISTIO_DIVERT 1'],
    codes: ['NAT0501'],
    quotes: '-A ISTIO_DIVERT -j MARK',
  },
  {
    name: 'connmark-not-saved',
    layout: 'tproxy',
    commands: ['iptables -t mangle -D PREROUTING -p tcp -m mark --mark 1337 -j CONNMARK --save-mark'],
    codes: ['NAT0501'],
    quotes: 'CONNMARK --save-mark',
  },
  {
    name: 'connmark-not-restored',
    layout: 'tproxy',
    commands: ['iptables -t mangle -D OUTPUT -p tcp -m connmark --mark 1337 -j CONNMARK --restore-mark'],
    codes: ['NAT0501'],
    quotes: 'CONNMARK --restore-mark',
  },
  {
    name: 'own-pod-mark-deleted',
    layout: 'tproxy',
    commands: [
      'iptables -t mangle -D OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner --gid-owner 1337 -j MARK --set-xmark 1338',
    ],
    codes: ['NAT0501'],
    quotes: '--gid-owner 1337 -j MARK --set-xmark 0x53a',
  },
  {
    name: 'connmark-not-restored-ipv6',
    layout: 'tproxy-dual-stack',
    commands: ['ip6tables -t mangle -D OUTPUT -p tcp -m connmark --mark 1337 -j CONNMARK --restore-mark'],
    codes: ['NAT0501'],
    quotes: 'CONNMARK --restore-mark',
  },
  {
    name: 'policy-rule-missing',
    layout: 'tproxy',
    live: true,
    commands: ['ip rule del fwmark 1337'],
    codes: ['NAT0502'],
    quotes: 'from all fwmark 0x539 lookup 133',
  },
  {
    name: 'local-route-missing',
    layout: 'tproxy-dual-stack',
    live: true,
    commands: ['ip -6 route flush table 133'],
    codes: ['NAT0502'],
    quotes: 'local default dev lo',
  },
];
