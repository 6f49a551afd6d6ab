import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kernelTests, VARIANTS } from '../kernel/index.ts';
import { LivePod } from './ambient-namespace.ts';

const AMBIENT = { istioVersion: '1.28.10', dataplane: 'ambient', enableIpv6: false };
const SIDECAR = { istioVersion: '1.28.10', dataplane: 'sidecar' };
const CONNECT = 'import socket; socket.create_connection(("203.0.113.10", 443), 2)';

kernelTests('a container behind a bridge of the pod', () => {
  let pod: LivePod;
  let guest: string;
  beforeEach(() => {
    pod = new LivePod();
    guest = `${pod.name}-g`;
    execFileSync('ip', ['netns', 'add', guest]);
    pod.run('ip link add docker0 type bridge');
    pod.run('ip addr add 172.17.0.1/16 dev docker0');
    pod.run(`ip link add veth0 type veth peer name eth0 netns ${guest}`);
    pod.run('ip link set veth0 master docker0 up');
    pod.run('ip link set docker0 up');
    for (const line of ['addr add 172.17.0.2/16 dev eth0', 'link set eth0 up', 'route add default via 172.17.0.1'])
      execFileSync('ip', ['-n', guest, ...line.split(' ')]);
  });
  afterEach(() => {
    execFileSync('ip', ['netns', 'del', guest]);
    pod.dispose();
  });

  it.each([AMBIENT, SIDECAR].flatMap((inputs) => VARIANTS.map((variant) => [inputs, variant] as const)))(
    'ends at the inbound port until its interface is rerouted: $dataplane, %s',
    async (inputs, variant) => {
      pod.program(inputs, variant);
      await pod.listen([15006]);
      expect(reaches()).toBe(true);
      expect(await told(inputs)).toEqual([expect.stringMatching(/docker0 .*172\.17\.0\.0\/16.*15006/)]);
    },
  );

  it.each(VARIANTS)('does not with the annotation: %s', async (variant) => {
    const inputs = { ...AMBIENT, rerouteVirtualInterfaces: 'docker0' };
    pod.program(inputs, variant);
    await pod.listen([15006]);
    expect(reaches()).toBe(false);
    expect(await told(inputs)).toEqual([]);
  });

  function reaches(): boolean {
    try {
      execFileSync('ip', ['netns', 'exec', guest, 'python3', '-c', CONNECT], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  async function told(inputs: Readonly<Record<string, unknown>>): Promise<string[]> {
    const { findings } = await pod.check(inputs);
    return findings.filter(({ code }) => code === 'NAT0210').map(({ message }) => message);
  }
});
