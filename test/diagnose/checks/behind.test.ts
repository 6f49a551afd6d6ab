import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { InterfaceAddress } from '../../../src/model/routing.ts';
import { diagnosisOf, podWith, saved } from '../pod-of.ts';

const eth0 = { interface: 'eth0', family: 'ipv4', address: '10.244.1.5', prefixLength: 24, scope: 'global' } as const;

/** What is said of a healthy pod with rules of another program beside those of Istio. */
function judged(
  rules: string,
  config: Partial<Config> = {},
  addresses: readonly InterfaceAddress[] | null = null,
  edit = (lines: string[]) => lines,
) {
  const { istioVersion = '1.28.10', dataplane = 'sidecar' } = config;
  const all = { ...defaultConfig(istioVersion, 'istio-init', dataplane), enableIpv6: false, ...config };
  const nat = rules.split('\n').filter((line) => line.includes('-A') && !line.startsWith('-A FORWARD'));
  const forward = rules.split('\n').filter((line) => line.startsWith('-A FORWARD'));
  const text = saved(all, (lines) =>
    edit(lines.flatMap((line) => (line === '-A PREROUTING -p tcp -j ISTIO_INBOUND' ? [line, ...nat] : [line]))),
  );
  const missed =
    nat.length > 0 && !text.includes(nat[0] ?? '')
      ? text.replace(/(\*nat[^*]*)COMMIT/, `$1${nat.join('\n')}\nCOMMIT`)
      : text;
  const filter = forward.length > 0 ? `\n*filter\n:FORWARD ACCEPT [0:0]\n${forward.join('\n')}\nCOMMIT\n` : '';
  const routing = addresses === null ? null : { rules: [], routes: [], addresses };
  const { findings } = diagnosisOf(podWith(`${missed}${filter}`, { routing }), all);
  return findings.filter(({ code }) => code === 'NAT0210');
}

const DOCKER = '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE';

describe('guests of the pod whose connections inbound capture takes', () => {
  it.each([
    ['docker0', DOCKER],
    ['br-0a1b2c3d4e5f', '-A POSTROUTING -s 172.18.0.0/16 ! -o br-0a1b2c3d4e5f -j MASQUERADE'],
    ['virbr0', '-A FORWARD -s 192.168.122.0/24 -i virbr0 -j ACCEPT'],
    ['tailscale0', '-A FORWARD -i tailscale0 -j MARK --set-xmark 0x40000/0xff0000'],
    ['wg0', '-A FORWARD -i wg0 -j ACCEPT'],
    ['tun0', '-A FORWARD -i tun0 -o eth0 -j ACCEPT'],
  ])('are a warning that names the interface and the annotation: %s', (name, rule) => {
    expect(judged(rule)).toMatchObject([
      {
        severity: 'warning',
        message: expect.stringMatching(`in by ${name} .*port 15006`),
        remedy: expect.stringContaining(`istio.io/reroute-virtual-interfaces: "${name}"`),
      },
    ]);
  });

  it.each<[Partial<Config>, string]>([
    [{ dataplane: 'ambient' }, 'istio.io/reroute-virtual-interfaces: "docker0"'],
    [{ dataplane: 'ambient', istioVersion: '1.24.6' }, 'cannot be told'],
    [{ istioVersion: '1.20.8' }, 'traffic.sidecar.istio.io/kubevirtInterfaces: "docker0"'],
    [{ inboundPortsInclude: [443] }, 'istio.io/reroute-virtual-interfaces: "docker0"'],
    [{ interceptionMode: 'TPROXY' }, 'istio.io/reroute-virtual-interfaces: "docker0"'],
  ])('are told what fits the release and data plane: %j', (config, remedy) => {
    expect(judged(DOCKER, config)).toMatchObject([{ remedy: expect.stringContaining(remedy) }]);
  });

  it('are one finding, however many rules and interfaces show them', () => {
    const rules = `${DOCKER}\n-A POSTROUTING -s 172.18.0.0/16 ! -o br-1 -j MASQUERADE\n-A FORWARD -i docker0 ! -o docker0 -j ACCEPT`;
    expect(judged(rules)).toMatchObject([{ remedy: expect.stringMatching(/"(docker0,br-1|br-1,docker0)"/) }]);
  });

  it('are known by addresses where rules name no interface', () => {
    const rule = '-A POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE';
    const tunnel = { ...eth0, interface: 'tun0', address: '10.8.0.1' };
    expect(judged(rule, {}, [eth0, tunnel])).toMatchObject([{ message: expect.stringContaining('in by tun0') }]);
    expect(judged(rule)).toMatchObject([{ message: expect.stringContaining('from 10.8.0.0/24') }]);
    expect(judged('', {}, [eth0, { ...eth0, interface: 'docker0', address: '172.17.0.1' }])).toHaveLength(1);
  });

  it.each<[string, string, Partial<Config>, readonly InterfaceAddress[] | null]>([
    ['the interface is rerouted', DOCKER, { rerouteVirtualInterfaces: ['docker0'] }, null],
    ['the interface is excluded', DOCKER, { excludeInterfaces: ['docker0'] }, null],
    ['no inbound port is captured', DOCKER, { inboundPortsInclude: [] }, null],
    ['only the pod itself is hidden', '-A POSTROUTING -s 10.244.1.0/24 -j MASQUERADE', {}, [eth0]],
    ['a tunnel is only there', '', {}, [eth0, { ...eth0, interface: 'tun0', address: '10.8.0.2' }]],
    ['only the uplink is named', '-A FORWARD -i eth0 -j ACCEPT', {}, null],
    ['it is blocked', '-A FORWARD -i docker0 -j DROP', {}, null],
    ['the pod sends by a tunnel', '-A POSTROUTING -o tun0 -j MASQUERADE', {}, null],
  ])('are no news where %s', (_, rules, config, addresses) => {
    expect(judged(rules, config, addresses)).toEqual([]);
  });

  it('are another matter where a rule takes them out first', () => {
    const first = (lines: string[]) =>
      lines.map((line) =>
        line.startsWith('-A PREROUTING -p tcp') ? `-A PREROUTING -i docker0 -j RETURN\n${line}` : line,
      );
    expect(judged(DOCKER, {}, null, first)).toMatchObject([{ severity: 'error' }]);
  });
});
