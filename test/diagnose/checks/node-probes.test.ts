import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { printSave } from '../../../src/print/iptables/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import { diagnosisOf, podWith } from '../pod-of.ts';

function nodeOf(istioVersion: string, backend: Config['backend']): Config {
  return { ...defaultConfig(istioVersion, 'istio-cni', 'ambient'), backend, scope: 'host', enableIpv6: false };
}

/** What is found when the text of the node's rules is changed. */
function found(config: Config, edit: (text: string) => string) {
  const { tables } = expectedRuleset(config);
  const text = config.backend === 'nftables' ? printNft(tables) : printSave(tables);
  const edited = edit(text);
  const { verdict, findings } = diagnosisOf(podWith(edited), config);
  return { verdict, codes: findings.map(({ code }) => code).filter((code) => code !== 'NAT1005'), findings };
}

describe.each([
  ['iptables', '1.22.8'],
  ['iptables', '1.26.8'],
  ['iptables', '1.31.0'],
  ['nftables', '1.28.10'],
  ['nftables', '1.31.0'],
] as const)('the rules of a node in %s, %s', (backend, release) => {
  const config = nodeOf(release, backend);
  const broken = { verdict: 'broken', codes: ['NAT0903'] };

  it('are healthy as Istio writes them, whatever pods are in its sets', () => {
    const elements = '\t\tcomment "UUID of the pods that are part of ambient mesh"\n';
    for (const edit of [
      (text: string) => text,
      (text: string) => text.replace(elements, `${elements}\t\telements = { 10.244.1.7 comment "a", 10.244.1.8 }\n`),
    ]) {
      expect(found(config, edit)).toMatchObject({ verdict: 'healthy', codes: [] });
    }
  });

  it('are broken when the address is another, or the rule is gone', () => {
    expect(found(config, (text) => text.replaceAll('169.254.7.127', '169.254.7.128'))).toMatchObject(broken);
    const gone = found(config, (text) => text.replace(/^.*169\.254\.7\.127.*\n/gm, ''));
    expect(gone).toMatchObject(broken);
    expect(gone.findings.find(({ code }) => code === 'NAT0903')?.evidence[0]).toMatchObject({
      kind: 'chain',
      text: expect.stringContaining('169.254.7.127'),
    });
  });

  it('are broken when they look at another set', () => {
    expect(
      found(config, (text) => text.replace(/(istio-inpod-probes[-v46]*)( dst| counter)/, 'other$2')),
    ).toMatchObject(broken);
  });

  it.each([
    ['everything', backend === 'nftables' ? 'return' : '-j RETURN'],
    ['one port', backend === 'nftables' ? 'tcp dport 8080 accept' : '-p tcp -m tcp --dport 8080 -j ACCEPT'],
  ])("are broken when a rule in Istio's own chain takes %s first", (_, rule) => {
    const line = backend === 'nftables' ? `\t\t${rule}\n` : `-A ISTIO_POSTRT ${rule}\n`;
    const taken = found(config, (text) => text.replace(/^.*169\.254\.7\.127/m, `${line}$&`));
    expect(taken).toMatchObject(broken);
    expect(taken.findings.find(({ code }) => code === 'NAT0903')?.evidence[0]?.text).toBe(line.trim());
  });

  it('are healthy when a rule by another set gives the same address first', () => {
    const twin = (line: string) => line.replace(/istio-inpod-probes[-v46]*/, 'older-set');
    expect(
      found(config, (text) => text.replace(/^.*169\.254\.7\.127.*\n/m, (line) => twin(line) + line)),
    ).toMatchObject({
      verdict: 'healthy',
    });
  });

  it('are healthy when that rule stands behind', () => {
    const line = backend === 'nftables' ? '\t\taccept\n' : '-A ISTIO_POSTRT -j ACCEPT\n';
    expect(found(config, (text) => text.replace(/^.*169\.254\.7\.127.*\n/m, `$&${line}`))).toMatchObject({
      verdict: 'healthy',
    });
  });
});

describe('rules of others in POSTROUTING of a node', () => {
  const config = nodeOf('1.28.10', 'iptables');
  const ahead = (rule: string) =>
    found(config, (text) => text.replace('-A POSTROUTING -j ISTIO_POSTRT', `-A POSTROUTING ${rule}\n$&`));

  it.each(['-j ACCEPT', '-p tcp -j RETURN', '-p tcp -m comment --comment mine -j MASQUERADE'])(
    'are a fault when no probe passes them: %s',
    (rule) => expect(ahead(rule)).toMatchObject({ verdict: 'broken', codes: ['NAT0903'] }),
  );

  it.each(['-s 10.244.0.0/16 ! -o docker0 -j MASQUERADE', '-p udp -j RETURN', '-j KUBE-POSTROUTING'])(
    'are none when they are about other packets: %s',
    (rule) => expect(ahead(rule).codes).not.toContain('NAT0903'),
  );
});
