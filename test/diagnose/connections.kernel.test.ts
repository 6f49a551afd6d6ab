import { expect, it } from 'vitest';
import type { CheckReport } from '../../src/model/report.ts';
import { kernelTests, POD_IPV4 } from '../kernel/index.ts';
import type { Actor } from '../sockets/pod-actors.ts';
import { World } from '../sockets/world.ts';

const SERVICE_PORTS = '15090,15021,15020';

/** Errors and warnings, with what they say. */
function said({ findings }: CheckReport): Record<string, string> {
  return Object.fromEntries(
    findings.filter(({ severity }) => severity !== 'info').map(({ code, message }) => [code, message]),
  );
}

async function sidecarWithApp(programmed = true): Promise<{ world: World; proxy: Actor; app: Actor }> {
  const world = await World.create();
  const proxy = await world.sidecar();
  const app = await world.start({ uid: 1000, name: 'app' });
  await world.listen(app, 8080);
  if (programmed) await world.program();
  return { world, proxy, app };
}

kernelTests('check and live connections', () => {
  it('has nothing to say about what is excluded on purpose', async () => {
    const { world, app } = await sidecarWithApp(false);
    await using _ = world;
    await world.program({ outboundPortsExclude: [3306], inboundPortsExclude: [15090, 15021, 15020, 9090] });
    await world.listen(app, 9090);
    for (const port of [443, 3306]) await app.ask('connect', { to: '203.0.113.7', port });
    for (const port of [8080, 9090, 15021]) await world.peer.ask('connect', { to: POD_IPV4, port });
    await app.ask('udp', { to: '203.0.113.7', port: 9999 });
    const inputs = { outboundPortsExclude: '3306', inboundPortsExclude: `${SERVICE_PORTS},9090` };
    const report = await world.check(inputs);
    // That callers in the mesh send mTLS to 9090 is another matter.
    expect(Object.keys(said(report)).filter((code) => code !== 'NAT0207')).toEqual([]);
    const outcomes = report.checks.filter(({ id }) => /connections|loops|listeners/.test(id));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'pass', 'pass', 'skipped']);
  });

  it('notes what goes around the proxy as configured, with the rule', async () => {
    const { world, app } = await sidecarWithApp(false);
    await using _ = world;
    const ranges = ['203.0.113.0/24', '2001:db8::/32'];
    await world.program({ outboundPortsExclude: [3306], outboundIpRangesInclude: ranges });
    await app.ask('connect', { to: '203.0.113.7', port: 3306 });
    await app.ask('connect', { to: '198.51.100.7', port: 443 });
    const { findings, verdict } = await world.check({
      outboundPortsExclude: '3306',
      outboundIpRangesInclude: ranges.join(','),
    });
    const notes = findings.filter(({ code }) => code === 'NAT0804' || code === 'NAT0208');
    expect(verdict).toBe('healthy');
    expect(notes).toMatchObject([
      { code: 'NAT0804', severity: 'info', message: expect.stringContaining('203.0.113.7:3306') },
      { code: 'NAT0208', severity: 'info', message: expect.stringContaining('198.51.100.7:443') },
    ]);
    expect(notes[0]?.evidence[0]).toMatchObject({ kind: 'rule', text: expect.stringContaining('--dport 3306') });
  });

  it('notes it without rights too, where the configuration is known', async () => {
    const { world, app } = await sidecarWithApp(false);
    await using _ = world;
    await world.program({ outboundPortsExclude: [3306] });
    await app.ask('connect', { to: '203.0.113.7', port: 3306 });
    const { findings, verdict } = await world.check({ outboundPortsExclude: '3306' }, 'proxy');
    expect(verdict).toBe('undetermined');
    expect(findings).toMatchObject([
      {
        code: 'NAT0804',
        severity: 'info',
        message: expect.stringMatching(/203\.0\.113\.7:3306\): the rules could not/),
      },
    ]);
  });

  it('says without rights what is seen, and that the reason is not', async () => {
    const { world, app } = await sidecarWithApp(false);
    await using _ = world;
    await app.ask('connect', { to: '203.0.113.7', port: 5432 });
    await world.program();
    const report = await world.check({}, 'proxy');
    expect(report.verdict).toBe('undetermined');
    expect(said(report)).toEqual({ NAT0804: expect.stringMatching(/the rules could not be read, so whether/) });
  });

  it('tells without rights what came in around the proxy, too', async () => {
    const { world } = await sidecarWithApp(false);
    await using _ = world;
    await world.peer.ask('connect', { to: POD_IPV4, port: 8080 });
    await world.program();
    expect(said(await world.check({}, 'proxy'))).toEqual({
      NAT0805: expect.stringMatching(/the rules could not be read/),
    });
  });

  it.each([
    ['root', 'broken', ['NAT0303']],
    ['elsewhere', 'undetermined', []],
  ] as const)(
    'says of an idle application as the proxy, to %s, the same or nothing',
    async (reader, verdict, codes) => {
      await using world = await World.create();
      await world.sidecar();
      await world.listen(await world.start({ uid: 1337, gid: 2000, name: 'app' }), 8080);
      await world.program();
      const report = await world.check({}, reader);
      expect([report.verdict, Object.keys(said(report))]).toEqual([verdict, codes]);
    },
  );

  it('does not vouch for a proxy of root whose group nobody sees, which may be in a loop', async () => {
    await using world = await World.create();
    const proxy = await world.sidecar({ uid: 0, gid: 0, name: 'envoy' }, { transparent: true });
    await world.program({ interceptionMode: 'TPROXY' });
    const inputs = { interceptionMode: 'TPROXY' };
    expect((await world.check(inputs, 'elsewhere')).verdict).toBe('undetermined');
    expect(said(await world.check(inputs))).toHaveProperty('NAT0302', expect.stringContaining('uid 0 and gid 0'));
    await proxy.ask('connect', { to: '203.0.113.7', port: 443 });
    expect(said(await world.check(inputs))).toHaveProperty('NAT0306');
    expect((await world.check(inputs, 'elsewhere')).verdict).toBe('undetermined');
  });

  it('misses no listener of IPv6 in a pod that has no address of it', async () => {
    await using world = await World.create();
    const proxy = await world.start({ uid: 1337, name: 'envoy' });
    for (const [port, operation] of [
      [15001, 'outbound'],
      [15006, 'inbound'],
      [15021, 'listen'],
    ] as const)
      await proxy.ask(operation, { address: '0.0.0.0', port });
    await world.program();
    expect(said(await world.check({}))).toEqual({ NAT0801: expect.stringContaining('over IPv6') });
    await world.run(['ip', '-6', 'addr', 'flush', 'dev', 'eth0', 'scope', 'global']);
    expect((await world.check({})).verdict).toBe('healthy');
  });

  it.each([
    ['lo', '', true],
    ['eth0', '', false],
    ['lo', 'lo', false],
  ])(
    'takes a proxy for what its interfaces let it accept: outbound %s, inbound "%s"',
    async (outbound, inbound, works) => {
      await using world = await World.create();
      const proxy = await world.start({ uid: 1337, name: 'envoy' });
      await world.listen(proxy, 15001, { device: outbound }, 'outbound');
      await world.listen(proxy, 15006, { device: inbound }, 'listen');
      await world.listen(proxy, 15021);
      await world.program();
      const app = await world.start({ uid: 1000, name: 'app' });
      await world.listen(app, 8080);
      const connects = async (actor: Actor, to: string, port: number) =>
        actor.ask('connect', { to, port }).then(
          () => true,
          () => false,
        );
      const got = [await connects(app, '203.0.113.7', 443), await connects(world.peer, POD_IPV4, 8080)];
      expect(got).toEqual([outbound === 'lo', inbound !== 'lo']);
      expect('NAT0801' in said(await world.check({}))).toBe(!works);
    },
  );

  it('finds nobody behind complete rules where no container has started', async () => {
    await using world = await World.create();
    await world.program();
    const report = await world.check({});
    expect(report.verdict).toBe('broken');
    expect(said(report)).toEqual({ NAT0801: expect.stringContaining('the containers have not started') });
  });

  it.each([
    ['is not', false, 'broken', ['NAT0503']],
    ['is', true, 'healthy', []],
  ])('says of a listener behind TPROXY that it %s transparent', async (_, transparent, verdict, expected) => {
    await using world = await World.create();
    await world.sidecar({ uid: 0, gid: 1337, name: 'envoy' }, { transparent });
    await world.program({ interceptionMode: 'TPROXY' });
    const report = await world.check({ interceptionMode: 'TPROXY' });
    expect(Object.keys(said(report))).toEqual(expected);
    expect(report.verdict).toBe(verdict);
  });

  it('tells connections that are older than the rules, once for each direction', async () => {
    const { world, app } = await sidecarWithApp(false);
    await using _ = world;
    for (const to of ['203.0.113.7', '203.0.113.8', '2001:db8::7']) await app.ask('connect', { to, port: 5432 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 8080 });
    await world.program();
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    const report = await world.check({});
    expect(report.verdict).toBe('degraded');
    expect(said(report)).toEqual({
      NAT0804: expect.stringMatching(
        /^3 live outbound connections go around the proxy \(to .*203\.0\.113\.7:5432.*\): .* older than they are\.$/,
      ),
      NAT0805: expect.stringMatching(/^1 live inbound connection goes around the proxy \(on port 8080\): .* older/),
    });
  });

  it('names the gid that may be the reason where processes cannot be seen', async () => {
    const { world, app } = await sidecarWithApp(false);
    await using _ = world;
    await app.ask('connect', { to: '203.0.113.7', port: 5432 });
    await world.program();
    expect(said(await world.check({}, 'elsewhere'))).toEqual({
      NAT0804: expect.stringContaining('or its process has gid 1337'),
    });
  });

  it('says so when nothing shows that the rules work', async () => {
    const { world, app } = await sidecarWithApp(false);
    await using _ = world;
    await app.ask('connect', { to: '203.0.113.7', port: 5432 });
    await world.program();
    const doubt = 'No connection is seen to go through the proxy';
    expect(said(await world.check({}))).toEqual({ NAT0804: expect.stringContaining(`${doubt}: if new ones`) });
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    expect(said(await world.check({}))).toEqual({ NAT0804: expect.not.stringContaining(doubt) });
  });

  it('says which rule lets connections by', async () => {
    const { world, app } = await sidecarWithApp();
    await using _ = world;
    await world.run([
      'iptables-nft',
      '-t',
      'nat',
      '-I',
      'ISTIO_OUTPUT',
      '-p',
      'tcp',
      '--dport',
      '5432',
      '-j',
      'RETURN',
    ]);
    await world.run([
      'iptables-nft',
      '-t',
      'nat',
      '-I',
      'ISTIO_INBOUND',
      '-p',
      'tcp',
      '--dport',
      '8080',
      '-j',
      'RETURN',
    ]);
    await app.ask('connect', { to: '203.0.113.7', port: 5432 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 8080 });
    const report = await world.check({});
    expect(said(report)).toMatchObject({
      NAT0804: expect.stringContaining('a rule lets it through'),
      NAT0805: expect.stringContaining('a rule lets it through'),
    });
    const finding = report.findings.find(({ code }) => code === 'NAT0804');
    expect(finding?.evidence).toMatchObject([
      { kind: 'rule', chain: 'ISTIO_OUTPUT', index: 1 },
      { kind: 'socket', text: expect.stringContaining('203.0.113.7:5432') },
    ]);
  });

  it('finds that the proxy has what the rules would not give it', async () => {
    const { world, app } = await sidecarWithApp();
    await using _ = world;
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    await world.run(['iptables-nft', '-t', 'nat', '-F', 'ISTIO_OUTPUT']);
    expect(said(await world.check({}))).not.toHaveProperty('NAT0806');
    for (const tool of ['iptables-nft', 'ip6tables-nft']) {
      await world.run([tool, '-t', 'nat', '-F']);
      await world.run([tool, '-t', 'nat', '-X']);
    }
    await world.program({ outboundPortsExclude: [443] });
    const report = await world.check({ outboundPortsExclude: '443' });
    expect(said(report)).toEqual({
      NAT0806: expect.stringContaining('1 live outbound connection (to 203.0.113.7:443)'),
    });
    expect(report.verdict).toBe('broken');
  });

  it('sees a loop, with and without rights', async () => {
    await using world = await World.create();
    const proxy = await world.sidecar();
    await world.program({ proxyUid: [4444], proxyGid: [4444] });
    await proxy.ask('connect', { to: '203.0.113.7', port: 443 });
    expect(said(await world.check({ proxyUid: '4444', proxyGid: '4444' }))).toMatchObject({
      NAT0302: expect.stringContaining('runs as uid 1337 and gid 1337'),
      NAT0306: expect.stringContaining(
        'The proxy (uid 1337) has accepted connections on port 15001 that it opened itself',
      ),
    });
    const blind = await world.check({ proxyUid: '4444', proxyGid: '4444' }, 'proxy');
    expect(said(blind)).toHaveProperty('NAT0306');
    expect(blind.undetermined).toMatchObject([{ code: 'NAT1001' }]);
  });

  it('finds applications with the uid or the gid of the proxy, and none with a supplementary group', async () => {
    const { world } = await sidecarWithApp();
    await using _ = world;
    const owners = [
      { uid: 1337, gid: 2000, name: 'by-uid' },
      { uid: 1001, gid: 1337, name: 'by-gid' },
      { uid: 1002, groups: [1337], name: 'by-neither' },
    ];
    for (const owner of owners) await (await world.start(owner)).ask('connect', { to: '203.0.113.7', port: 443 });
    const { findings } = await world.check({});
    expect(
      findings.map(({ code, severity, message }) => `${code} ${severity} ${message.replace(/\d+\)/, 'N)')}`).sort(),
    ).toEqual([
      "NAT0303 error Process by-gid (N) has 1 connection as gid 1337, which is the proxy's: what it sends bypasses the mesh.",
      "NAT0303 error Process by-uid (N) has 1 connection as uid 1337, which is the proxy's: what it sends bypasses the mesh.",
    ]);
  });

  it('takes nothing in the container of the proxy for an application, seen from inside', async () => {
    await using world = await World.create();
    const agent = await world.start({ uid: 1337, name: 'pilot-agent', container: 'first' });
    await world.listen(agent, 15001, {}, 'outbound');
    await world.listen(agent, 15006, {}, 'inbound');
    await world.listen(agent, 15021);
    await world.program();
    const client = await world.start({ uid: 1337, name: 'curl', container: agent });
    await client.ask('connect', { to: '203.0.113.7', port: 443 });
    expect((await world.check({}, agent)).findings).toEqual([]);
    const app = await world.start({ uid: 1337, name: 'app', container: 'first' });
    await app.ask('connect', { to: '203.0.113.7', port: 3306 });
    expect(said(await world.check({}, agent))).toEqual({
      NAT0303: expect.stringContaining('A process has 1 connection'),
    });
  });

  it('takes a proxy of another uid that has the exempt gid for what it is', async () => {
    await using world = await World.create();
    await world.sidecar({ uid: 2000, gid: 1337, name: 'envoy' });
    await world.program();
    expect(said(await world.check({}))).not.toHaveProperty('NAT0302');
  });

  it('takes the gid of a proxy that is root', async () => {
    await using world = await World.create();
    await world.sidecar({ uid: 0, gid: 0, name: 'envoy' });
    await world.program();
    expect(said(await world.check({}))).toHaveProperty('NAT0302', expect.stringContaining('uid 0 and gid 0'));
  });

  it('knows what is reachable only from inside', async () => {
    await using world = await World.create();
    await world.sidecar();
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('listen', { address: '127.0.0.1', port: 8080 });
    await world.program();
    expect(said(await world.check({}))).toEqual({ NAT0803: expect.stringContaining('port 8080 on 127.0.0.1 only') });
    await world.listen(app, 9090);
    expect(said(await world.check({}))).toEqual({});
  });
});
