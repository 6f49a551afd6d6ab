import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createPod, ISTIO_STAND_INS, type KernelPod, kernelTests, POD_IPV4, POD_IPV6, VARIANTS } from './index.ts';

const REDIRECT_ALL = `*nat
-A PREROUTING -p tcp -j REDIRECT --to-ports 15006
-A OUTPUT -m owner --uid-owner 1337 -j RETURN
-A OUTPUT -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053
-A OUTPUT -p tcp -j REDIRECT --to-ports 15001
COMMIT`;

const DESTINATIONS = [
  ['ipv4', POD_IPV4, '203.0.113.80'],
  ['ipv6', POD_IPV6, '2001:db8::80'],
] as const;

kernelTests('connections of a kernel pod', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
    await pod.listen(ISTIO_STAND_INS);
  });
  afterAll(() => pod.remove());
  beforeEach(() => pod.flush());

  it.each(DESTINATIONS)('reach the application and the peer without rules (%s)', async (_, own, far) => {
    expect(await pod.connect({ from: 'peer', to: own, port: 8080 })).toMatchObject({ landed: 'app', answered: true });
    expect(await pod.connect({ from: 'peer', to: own, port: 8081 })).toMatchObject({ landed: 'refused' });
    for (const protocol of ['tcp', 'udp'] as const) {
      expect(await pod.connect({ from: 'pod', to: far, port: 443, protocol })).toMatchObject({
        landed: 'peer',
        answered: true,
        localAddress: far,
        port: 443,
        remoteAddress: own,
      });
    }
  });

  it.each(VARIANTS.flatMap((variant) => DESTINATIONS.map((row) => [variant, ...row] as const)))(
    'go through the proxy when they are redirected (%s, %s)',
    async (variant, family, own, far) => {
      await pod.restore(variant, family, REDIRECT_ALL);
      expect(await pod.connect({ from: 'peer', to: own, port: 8080 })).toMatchObject({
        landed: 'proxy-inbound',
        originalDestination: { address: own, port: 8080 },
      });
      expect(await pod.connect({ from: 'pod', uid: 1000, to: far, port: 443 })).toMatchObject({
        landed: 'proxy-outbound',
        originalDestination: { address: far, port: 443 },
        remoteAddress: own,
      });
      expect(await pod.connect({ from: 'pod', uid: 1337, to: far, port: 443 })).toMatchObject({ landed: 'peer' });
      expect(await pod.connect({ from: 'pod', uid: 1000, to: far, port: 53, protocol: 'udp' })).toMatchObject({
        landed: 'dns',
        answered: true,
      });
    },
  );

  it('are handed to a transparent proxy', async () => {
    await pod.listen([
      { name: 'proxy-inbound', protocol: 'tcp', port: 15006, uid: 1337, gid: 1337, transparent: true },
    ]);
    await pod.restore(
      'legacy',
      'ipv4',
      '*mangle\n-A PREROUTING -p tcp -m tcp --dport 8080 -j TPROXY --on-port 15006 --tproxy-mark 0x539\nCOMMIT',
    );
    const attempt = { from: 'peer', to: POD_IPV4, port: 8080, source: '203.0.113.9' } as const;
    expect(await pod.connect(attempt)).toMatchObject({
      landed: 'proxy-inbound',
      localAddress: POD_IPV4,
      port: 8080,
      remoteAddress: '203.0.113.9',
    });
    expect(
      await pod.observe({
        family: 'ipv4',
        hook: 'PREROUTING',
        protocol: 'tcp',
        source: '203.0.113.9',
        destination: POD_IPV4,
        destinationPort: 8080,
      }),
    ).toMatchObject({ verdict: { kind: 'tproxy', port: 15006 } });
  });

  it('agree with what the taps say', async () => {
    await pod.restore('nft', 'ipv4', REDIRECT_ALL);
    for (const uid of [0, 1000, 1337]) {
      const observed = await pod.observe({
        family: 'ipv4',
        hook: 'OUTPUT',
        protocol: 'tcp',
        source: POD_IPV4,
        destination: '198.51.100.1',
        destinationPort: 80,
        uid,
        gid: uid,
      });
      const { landed } = await pod.connect({ from: 'pod', uid, to: '198.51.100.1', port: 80 });
      expect(observed).toMatchObject({
        verdict: uid === 1337 ? { kind: 'accept' } : { kind: 'redirect', port: 15001 },
      });
      expect(landed).toBe(uid === 1337 ? 'peer' : 'proxy-outbound');
    }
  });
});
