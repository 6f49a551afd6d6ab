import type { Fault } from '../scenario.ts';

/** Whose packets are let go. */
export const OWNERS: readonly Fault[] = [
  {
    name: 'exemptions-deleted',
    layout: 'sidecar',
    commands: [
      'iptables -t nat -D ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
      'iptables -t nat -D ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN',
    ],
    codes: ['NAT0301'],
    quotes: '-m owner --uid-owner 1337 -j RETURN',
  },
  {
    name: 'exemptions-of-another-uid',
    layout: 'openshift',
    commands: [
      'iptables -t nat -D ISTIO_OUTPUT -m owner --uid-owner 1000680001 -j RETURN',
      'iptables -t nat -D ISTIO_OUTPUT -m owner --gid-owner 1000680001 -j RETURN',
      'iptables -t nat -I ISTIO_OUTPUT 4 -m owner --uid-owner 1337 -j RETURN',
      'iptables -t nat -I ISTIO_OUTPUT 5 -m owner --gid-owner 1337 -j RETURN',
    ],
    codes: ['NAT0301', 'NAT0305', 'NAT0305'],
    quotes: '-m owner --uid-owner 1000680001 -j RETURN',
  },
  {
    name: 'passthrough-source-deleted',
    layout: 'sidecar-1.10',
    commands: ['iptables -t nat -D ISTIO_OUTPUT -o lo -s 127.0.0.6/32 -j RETURN'],
    codes: ['NAT0301'],
    quotes: '-s 127.0.0.6/32 -o lo -j RETURN',
  },
  {
    name: 'gid-exemption-deleted',
    layout: 'sidecar',
    commands: ['iptables -t nat -D ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN'],
    codes: ['NAT0304'],
    quotes: '-m owner --gid-owner 1337 -j RETURN',
  },
  {
    name: 'uid-exemption-deleted-ipv6',
    layout: 'dual-stack',
    commands: ['ip6tables -t nat -D ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN'],
    codes: ['NAT0304'],
    quotes: '-m owner --uid-owner 1337 -j RETURN',
  },
  {
    name: 'second-uid-not-exempt',
    layout: 'two-uids',
    commands: ['iptables -t nat -D ISTIO_OUTPUT -m owner --uid-owner 1338 -j RETURN'],
    codes: ['NAT0304'],
    quotes: '-m owner --uid-owner 1338 -j RETURN',
  },
  {
    name: 'own-pod-rule-deleted',
    layout: 'sidecar-1.18',
    commands: ['iptables -t nat -D ISTIO_OUTPUT 2'],
    codes: ['NAT0304'],
    quotes: '-m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT',
  },
  {
    name: 'root-exempt',
    layout: 'sidecar',
    commands: ['iptables -t nat -I ISTIO_OUTPUT 1 -m owner --uid-owner 0 -j RETURN'],
    codes: ['NAT0305'],
    quotes: '-m owner --uid-owner 0 -j RETURN',
  },
  {
    name: 'user-exempt-by-others',
    layout: 'sidecar-1.22',
    commands: ['iptables -t nat -I OUTPUT 1 -m owner --uid-owner 999 -j ACCEPT'],
    codes: ['NAT0305'],
    quotes: '-m owner --uid-owner 999 -j ACCEPT',
  },
  {
    name: 'excluded-group-captured',
    layout: 'groups-excluded',
    commands: ['iptables -t nat -D ISTIO_OUTPUT -m owner --gid-owner 3001 -j RETURN'],
    codes: ['NAT0307'],
    quotes: '-m owner --gid-owner 3001 -j RETURN',
  },
  {
    name: 'other-groups-captured',
    layout: 'groups-included',
    commands: ['iptables -t nat -D ISTIO_OUTPUT -m owner ! --gid-owner 1000 -m owner ! --gid-owner 2000 -j RETURN'],
    codes: ['NAT0307'],
    quotes: '! --gid-owner 1000',
  },
  {
    name: 'group-missing-from-list',
    layout: 'groups-included',
    commands: ['iptables -t nat -R ISTIO_OUTPUT 8 -m owner ! --gid-owner 1000 -j RETURN'],
    codes: ['NAT0307'],
    quotes: '-m owner ! --gid-owner 1000 -j RETURN',
  },
];
