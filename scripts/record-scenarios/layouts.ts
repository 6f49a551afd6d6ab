import type { Layout } from './scenario.ts';
import { application, dualStackSidecar, sidecar, withDns, ztunnel } from './stand-ins.ts';

const NEWEST = '1.28.10';
const DNS_V4 = { redirectDns: true, dnsServersV4: ['10.96.0.10'] };
const ALL_DNS = { redirectDns: true, captureAllDns: true };
/** In TPROXY mode istio-proxy runs as root with the exempt group. */
const TPROXY = { interceptionMode: 'TPROXY' };
/** IPv6 and DNS capture are the chart's defaults. */
const AMBIENT = { istioVersion: NEWEST, dataplane: 'ambient' };
const transparent = () => sidecar(0, 1337);

/** The healthy layouts that faults are applied to; each is recorded as it is, too. */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  sidecar: { inputs: { istioVersion: NEWEST }, standIns: sidecar() },
  'sidecar-1.10': { inputs: { istioVersion: '1.10.6' }, standIns: sidecar() },
  'sidecar-1.18': { inputs: { istioVersion: '1.18.7' }, standIns: sidecar() },
  'sidecar-1.22': { inputs: { istioVersion: '1.22.8' }, standIns: sidecar() },
  'dual-stack': { inputs: { istioVersion: NEWEST, enableIpv6: true }, standIns: dualStackSidecar() },
  'dual-stack-1.18': { inputs: { istioVersion: '1.18.7', enableIpv6: true }, standIns: dualStackSidecar() },
  tproxy: { inputs: { istioVersion: NEWEST, ...TPROXY }, standIns: transparent() },
  'tproxy-1.18': { inputs: { istioVersion: '1.18.7', ...TPROXY }, standIns: transparent() },
  'tproxy-dual-stack': {
    inputs: { istioVersion: NEWEST, ...TPROXY, enableIpv6: true },
    standIns: dualStackSidecar(0, 1337),
  },
  'port-list': { inputs: { istioVersion: NEWEST, inboundPortsInclude: '8080,9090' }, standIns: sidecar() },
  ranges: {
    inputs: { istioVersion: NEWEST, outboundIpRangesInclude: '10.96.0.0/12', outboundPortsInclude: '9200' },
    standIns: sidecar(),
  },
  exclusions: {
    inputs: {
      istioVersion: NEWEST,
      inboundPortsExclude: '15090,15021,15020,8081',
      outboundPortsExclude: '3306',
      outboundIpRangesExclude: '10.100.0.0/16,2001:db8:100::/48',
      enableIpv6: true,
    },
    standIns: dualStackSidecar(),
  },
  'dns-excluded': {
    inputs: { istioVersion: NEWEST, ...ALL_DNS, outboundPortsExclude: '53' },
    standIns: withDns(sidecar()),
  },
  'dns-all': { inputs: { istioVersion: NEWEST, ...ALL_DNS }, standIns: withDns(sidecar()) },
  'dns-resolver': { inputs: { istioVersion: NEWEST, ...DNS_V4 }, standIns: withDns(sidecar()) },
  'dns-resolver-1.10': { inputs: { istioVersion: '1.10.6', ...DNS_V4 }, standIns: withDns(sidecar()) },
  'dns-all-1.18': { inputs: { istioVersion: '1.18.7', ...ALL_DNS }, standIns: withDns(sidecar()) },
  'dns-resolver-1.22': { inputs: { istioVersion: '1.22.8', ...DNS_V4 }, standIns: withDns(sidecar()) },
  'dns-dual-stack': {
    inputs: { istioVersion: NEWEST, ...DNS_V4, dnsServersV6: ['fd00:10:96::a'], enableIpv6: true },
    standIns: withDns(dualStackSidecar(), ['127.0.0.1', '[::1]']),
  },
  'groups-included': { inputs: { istioVersion: NEWEST, ownerGroupsInclude: '1000,2000' }, standIns: sidecar() },
  'groups-excluded': { inputs: { istioVersion: NEWEST, ownerGroupsExclude: '3000,3001' }, standIns: sidecar() },
  interfaces: {
    inputs: { istioVersion: NEWEST, excludeInterfaces: 'net1', rerouteVirtualInterfaces: 'tap0' },
    standIns: sidecar(),
  },
  'two-uids': { inputs: { istioVersion: NEWEST, proxyUid: '1337,1338', proxyGid: '1337,1338' }, standIns: sidecar() },
  openshift: {
    inputs: { istioVersion: NEWEST, proxyUid: '1000680001', proxyGid: '1000680001' },
    standIns: [...sidecar(1_000_680_001).slice(0, 2), application(1_000_680_000)],
  },
  'drop-invalid': { inputs: { istioVersion: NEWEST, dropInvalid: true }, standIns: sidecar() },
  'drop-invalid-1.22': { inputs: { istioVersion: '1.22.8', dropInvalid: true }, standIns: sidecar() },
  'native-dns': { inputs: { istioVersion: NEWEST, backend: 'nftables', ...ALL_DNS }, standIns: withDns(sidecar()) },
  ambient: { inputs: AMBIENT, standIns: ztunnel() },
  'ambient-ingress': { inputs: { ...AMBIENT, ingressMode: true }, standIns: ztunnel() },
  'ambient-native': { inputs: { ...AMBIENT, backend: 'nftables' }, standIns: ztunnel() },
  native: { inputs: { istioVersion: NEWEST, backend: 'nftables' }, standIns: sidecar() },
  'native-dual-stack': {
    inputs: { istioVersion: NEWEST, backend: 'nftables', enableIpv6: true },
    standIns: dualStackSidecar(),
  },
  'own-ports': {
    inputs: { istioVersion: NEWEST, proxyPort: '16001', inboundCapturePort: '16006' },
    standIns: sidecar(1337, 1337, { outbound: 16001, inbound: 16006 }),
  },
};
