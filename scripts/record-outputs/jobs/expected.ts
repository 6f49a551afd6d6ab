import type { Job } from '../job.ts';

const RELEASES =
  '1.0.9 1.1.17 1.2.10 1.4.10 1.5.10 1.6.14 1.8.6 1.10.6 1.12.9 1.16.7 1.18.7 1.20.8 1.22.8 1.24.6 1.26.0 1.27.4 1.28.10 1.31.0'.split(
    ' ',
  );
const INPUTS = [
  '',
  '--interception-mode TPROXY',
  '--redirect-dns true --dns-servers-v4 10.96.0.10 --enable-ipv6 true',
  '--capture-all-dns true --redirect-dns true',
  '--outbound-ports-exclude 3306,5432 --inbound-ports-exclude 9090 --outbound-ip-ranges-include 10.0.0.0/8,172.16.0.0/12',
  '--inbound-ports-include 80,8080 --outbound-ip-ranges-exclude 192.168.0.0/16 --drop-invalid true',
  '--owner-groups-exclude 2001 --exclude-interfaces eth1 --proxy-uid 1337,2000',
  '--backend nftables --enable-ipv6 true',
  '--dataplane ambient --enable-ipv6 true',
  '--dataplane ambient --dns-proxy enabled --ingress-mode true',
  '--dataplane ambient --scope host',
  '--dataplane ambient --backend nftables',
];

/** The layouts of releases and inputs, in every form and family. */
export function expectedJobs(): Job[] {
  return RELEASES.map((release) => ({ name: `expected/${release}`, files: {}, runs: layouts(release) }));
}

/** All forms of a layout. */
export function expectedForms(told: readonly string[]): string[][] {
  const forms = ['save', 'S', 'nft', 'json'].map((form) => ['expected', ...told, '-o', form]);
  return forms.flatMap((run) => [run, [...run, '--family', 'ipv6']]);
}

function layouts(release: string): string[][] {
  return INPUTS.flatMap((inputs) => expectedForms(['--istio-version', release, ...inputs.split(' ').filter(Boolean)]));
}
