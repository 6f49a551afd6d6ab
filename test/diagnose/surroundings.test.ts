import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { parseDownward } from '../../src/parse/downward.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { check } from '../asked.ts';
import { captureWith } from '../observe/capture.ts';
import { savedTexts } from '../observe/saved.ts';
import { codesOf, configOf } from './ambient-namespace.ts';
import { checkCapture } from './surroundings-replay.ts';

const KUBE = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.0.0.1:6443
COMMIT
`;
const declared = { istioVersion: '1.28.10' };

describe("a node's network namespace", () => {
  it.each([
    ['kube-proxy', { 'legacy-save-ipv4': KUBE }],
    [
      'the interfaces of its pods',
      {
        addresses: [1, 2, 3, 4]
          .map((n) => `${n}: cali${n}@if3: <UP> mtu 1500\n    inet 169.254.1.${n}/32 scope link cali${n}\n`)
          .join(''),
      },
    ],
  ])('is told by %s, and no rules are missed there', async (_, said) => {
    for (const flags of [{}, declared]) {
      const report = await checkCapture(captureWith(said), flags);
      expect(codesOf(report, true)).toEqual(['NAT1005']);
      expect([report.verdict, report.istio.dataplane]).toEqual(['healthy', 'none']);
    }
  });

  it('is a pod to somebody who says so', async () => {
    const report = await checkCapture(captureWith({ 'legacy-save-ipv4': KUBE }), { ...declared, scope: 'pod' });
    expect(new Set(codesOf(report, true))).toEqual(new Set(['NAT0105']));
  });

  it("is recognised by ambient's own rules for it, which are judged", async () => {
    const config = configOf({ ...declared, dataplane: 'ambient', scope: 'host' });
    const save = (family: 'ipv4' | 'ipv6') =>
      printSave(expectedRuleset(config).tables.filter((table) => table.family === family));
    const capture = captureWith({ 'legacy-save-ipv4': save('ipv4'), 'legacy-save-ipv6': save('ipv6') });
    const report = await checkCapture(capture);
    expect(codesOf(report, true)).toEqual(['NAT1005']);
    expect([report.verdict, report.istio.dataplane]).toEqual(['healthy', 'ambient']);
    expect(codesOf(await checkCapture(capture, { scope: 'host' }), true)).toEqual([]);
  });

  it.each([
    ['ipv4', ['legacy-save-ipv4'], 2],
    ['both families', ['legacy-save-ipv4', 'legacy-save-ipv6'], 4],
  ])("is not taken for healthy when ambient's chain for %s stands empty", async (_, questions, missing) => {
    const emptied = '*nat\n:POSTROUTING ACCEPT [0:0]\n:ISTIO_POSTRT - [0:0]\nCOMMIT\n';
    const capture = captureWith(Object.fromEntries(questions.map((question) => [question, emptied])));
    for (const flags of [{}, declared]) {
      const { verdict, findings } = await checkCapture(capture, flags);
      expect(verdict).toBe('broken');
      expect(findings.map(({ code }) => code)).toEqual(['NAT0903', 'NAT1005']);
      expect(findings[0]?.evidence).toHaveLength(missing);
    }
  });

  it('is not taken for healthy when the native chain of ambient stands empty', async () => {
    const hook = 'type nat hook postrouting priority srcnat; policy accept;';
    const table = `table inet istio-ambient-nat {\n\tchain postrouting {\n\t\t${hook}\n\t}\n}\n`;
    const report = await check(
      { source: { kind: 'rules', files: ['node.nft'] }, config: { flags: {}, env: {} }, toolVersion: '0' },
      savedTexts({ 'node.nft': table }),
    );
    expect([report.verdict, codesOf(report, true)]).toEqual(['broken', ['NAT0903', 'NAT1005']]);
  });
});

describe('another mesh', () => {
  const rules = (inbound: string, outbound: string) => `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:${inbound} - [0:0]
:${outbound} - [0:0]
-A PREROUTING -p tcp -j ${inbound}
-A OUTPUT -p tcp -j ${outbound}
-A ${inbound} -p tcp -j REDIRECT --to-ports 4143
-A ${outbound} -m owner --uid-owner 2102 -j RETURN
-A ${outbound} -p tcp -j REDIRECT --to-ports 4140
COMMIT
`;
  it.each([
    ['Linkerd', 'PROXY_INIT_REDIRECT', 'PROXY_INIT_OUTPUT'],
    ['Kuma', 'KUMA_MESH_INBOUND', 'KUMA_MESH_OUTBOUND'],
    ['Kuma', 'MESH_INBOUND', 'MESH_OUTBOUND'],
    ['Consul', 'CONSUL_PROXY_INBOUND', 'CONSUL_PROXY_OUTPUT'],
    ['Open Service Mesh', 'OSM_PROXY_INBOUND', 'OSM_PROXY_OUTBOUND'],
    ['AWS App Mesh', 'APPMESH_INGRESS', 'APPMESH_EGRESS'],
  ])('%s is named by %s', async (name, inbound, outbound) => {
    const capture = captureWith({ 'legacy-save-ipv4': rules(inbound, outbound) });
    const report = await checkCapture(capture);
    expect(codesOf(report, true)).toEqual(['NAT1006']);
    expect(report.findings[0]?.message).toContain(name);
    expect([report.verdict, report.istio.dataplane]).toEqual(['healthy', 'none']);
    // Where Istio is asked for, its rules are missing; those of the other are not called faults one by one.
    const asked = await checkCapture(capture, declared);
    expect(new Set(codesOf(asked))).toEqual(new Set(['NAT0105', 'NAT0801']));
  });

  it('Open Service Mesh before 1.0 is named by all of its chains', async () => {
    const others = ':PROXY_IN_REDIRECT - [0:0]\n:PROXY_REDIRECT - [0:0]\n-A PREROUTING';
    const all = rules('PROXY_INBOUND', 'PROXY_OUTPUT').replace('-A PREROUTING', others);
    const { findings } = await checkCapture(captureWith({ 'legacy-save-ipv4': all }));
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('Open Service Mesh')]);
  });

  it.each([
    ['PROXY_INBOUND', 'PROXY_OUTPUT'],
    ['PROXY_INBOUND', 'SQUID'],
    ['OSM_PROXY_INBOUND', 'SQUID'],
  ])('is not named by what others call their chains too: %s, %s', async (inbound, outbound) => {
    const report = await checkCapture(captureWith({ 'legacy-save-ipv4': rules(inbound, outbound) }));
    expect(codesOf(report, true)).not.toContain('NAT1006');
    expect(JSON.stringify(report)).not.toContain('Open Service Mesh');
  });
});

describe('pods that are not captured', () => {
  const LABELS = '/etc/istio/pod/labels';
  it.each([
    ['a gateway', LABELS, 'istio="ingressgateway"\n'],
    ['a gateway of the Gateway API', LABELS, 'gateway.networking.k8s.io/gateway-name="web"\n'],
    [
      'a waypoint',
      LABELS,
      'gateway.istio.io/managed="istio.io-mesh-controller"\ngateway.networking.k8s.io/gateway-name="w"\n',
    ],
    ['ztunnel', LABELS, 'app="ztunnel"\n'],
    ['mode NONE', '/etc/istio/pod/annotations', 'sidecar.istio.io/interceptionMode="NONE"\n'],
  ])('%s', async (_, path, text) => {
    for (const flags of [{}, declared]) {
      const report = await checkCapture(captureWith({}, { [path]: { text } }), flags);
      expect(codesOf(report, true)).toEqual(['NAT1007']);
      expect(report.verdict).toBe('healthy');
      expect(JSON.stringify(report.findings[0]?.evidence)).toContain(path);
    }
  });

  const listeners = (ports: readonly number[]) =>
    ports.map((port) => `LISTEN 0 4096 0.0.0.0:${port} 0.0.0.0:* uid:1337 ino:${port} sk:1\n`).join('');

  it("a gateway is told by the proxy's own listeners, unless somebody asks for rules", async () => {
    const capture = captureWith({ sockets: listeners([15021, 15090, 8080, 8443]) });
    expect(codesOf(await checkCapture(capture), true)).toEqual(['NAT1007']);
    expect(codesOf(await checkCapture(capture, declared))).toContain('NAT0105');
  });

  it('a sidecar without rules is no gateway', async () => {
    const capture = captureWith({ sockets: listeners([15001, 15006, 15021, 15090]) });
    expect(codesOf(await checkCapture(capture), true)).toContain('NAT0105');
  });

  it('a client has nothing inbound to capture when that is declared', async () => {
    const flags = { ...declared, inboundPortsInclude: '' };
    const { tables } = expectedRuleset(configOf(flags));
    const sockets = listeners([15001, 15006]);
    const report = await checkCapture(captureWith({ 'legacy-save-ipv4': printSave(tables), sockets }), flags);
    expect(codesOf(report, true)).toEqual(['NAT1007']);
    expect(report.istio.dataplane).toBe('sidecar');
  });
});

describe('the files of the downward API', () => {
  it('have one quoted value a line', () => {
    expect(parseDownward('app="web"\nnote="a \\"b\\"\\n= c"\n')).toEqual({ app: 'web', note: 'a "b"\n= c' });
  });

  it('give up what is not of that form, and never throw', () => {
    expect(parseDownward('x\n="y"\na=b\nc="\\x00"\nd="open\ne=12\nf="g"')).toEqual({ f: 'g' });
    expect(parseDownward('"'.repeat(100_000))).toEqual({});
  });
});
