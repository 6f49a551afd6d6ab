import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { observeRules } from '../../../src/observe/index.ts';
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
  const { verdict, findings, undetermined } = diagnosisOf(podWith(edited), config);
  const codes = findings.map(({ code }) => code).filter((code) => !['NAT0110', 'NAT1005'].includes(code));
  return { verdict, codes, findings, undetermined };
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

const FLANNEL = `-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -j RETURN
-A FLANNEL-POSTRTG -s 10.244.1.0/24 -d 10.244.0.0/16 -j RETURN
-A FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.244.1.0/24 -j RETURN
-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.1.0/24 -j RETURN
-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE --random-fully
-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.0.0/16 -j MASQUERADE --random-fully`;

/** Rules as the programs of a node write them into nat, in front of Istio's jump. */
const PLUGINS: Readonly<Record<string, string>> = {
  flannel: `-A POSTROUTING -j FLANNEL-POSTRTG\n${FLANNEL}`,
  'the VPC plugin of AWS': `-A POSTROUTING -j AWS-SNAT-CHAIN-0
-A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -j RETURN
-A AWS-SNAT-CHAIN-0 -d 100.64.0.0/16 -j RETURN
-A AWS-SNAT-CHAIN-0 ! -o vlan+ -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.1.5 --random-fully`,
  'kube-proxy': `-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-POSTROUTING -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE --random-fully`,
  portmap: `-A POSTROUTING -j CNI-HOSTPORT-MASQ
-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE`,
  'the bridge plugin': `-A POSTROUTING -s 10.244.1.7/32 -j CNI-8b6e6a5c9f0d1e2a3b4c5d6e
-A POSTROUTING -s 10.244.1.8/32 -j CNI-1a2b3c4d5e6f708192a3b4c5
-A CNI-8b6e6a5c9f0d1e2a3b4c5d6e -d 10.244.1.0/24 -j ACCEPT
-A CNI-8b6e6a5c9f0d1e2a3b4c5d6e ! -d 224.0.0.0/4 -j MASQUERADE
-A CNI-1a2b3c4d5e6f708192a3b4c5 -d 10.244.1.0/24 -j ACCEPT
-A CNI-1a2b3c4d5e6f708192a3b4c5 ! -d 224.0.0.0/4 -j MASQUERADE`,
  Calico: `-A POSTROUTING -j cali-POSTROUTING
-A cali-POSTROUTING -j cali-nat-outgoing
-A cali-POSTROUTING -o vxlan.calico -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE
-A cali-nat-outgoing -m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE --random-fully`,
  Cilium: `-A POSTROUTING -j CILIUM_POST_nat
-A CILIUM_POST_nat -s 10.0.0.0/24 ! -d 10.0.0.0/24 ! -o cilium_+ -j MASQUERADE
-A CILIUM_POST_nat -m mark --mark 0xa00/0xe00 -j ACCEPT
-A CILIUM_POST_nat -s 127.0.0.1/32 -o cilium_host -j SNAT --to-source 10.0.0.23
-A CILIUM_POST_nat ! -s 10.0.0.23/32 ! -d 10.0.0.0/24 -o cilium_host -j SNAT --to-source 10.0.0.23`,
  'ip-masq-agent': `-A POSTROUTING -m addrtype ! --dst-type LOCAL -j IP-MASQ
-A IP-MASQ -d 169.254.0.0/16 -j RETURN
-A IP-MASQ -d 10.0.0.0/8 -j RETURN
-A IP-MASQ -d 172.16.0.0/12 -j RETURN
-A IP-MASQ -j MASQUERADE --random-fully`,
};

describe('rules of others in POSTROUTING of a node', () => {
  const config = nodeOf('1.28.10', 'iptables');
  const withRules = (text: string) => {
    const chains = [...new Set([...text.matchAll(/^-A (\S+)/gm)].map(([, name]) => name))];
    const declared = chains.filter((name) => name !== 'POSTROUTING').map((name) => `:${name} - [0:0]\n`);
    return (save: string) =>
      save
        .replace(/^(?=-A POSTROUTING -j ISTIO_POSTRT)/m, `${text}\n`)
        .replace(/^(?=:ISTIO_POSTRT)/m, declared.join(''));
  };
  const ahead = (rule: string, edit = (text: string) => text) => {
    const text = rule.startsWith('-A') ? rule : `-A POSTROUTING ${rule}`;
    return found(config, (save) => edit(withRules(text)(save)));
  };

  it.each([
    '-j ACCEPT',
    '-p tcp -j RETURN',
    '-p tcp -m comment --comment mine -j MASQUERADE',
    '! -o eth0 -j MASQUERADE',
    '-A POSTROUTING -j MINE\n-A MINE -j SNAT --to-source 192.168.7.2',
    '-A POSTROUTING -m mark --mark 0 -j MINE\n-A MINE -p udp -j RETURN\n-A MINE -j MASQUERADE',
  ])('are a fault when no probe passes them: %s', (rule) =>
    expect(ahead(rule)).toMatchObject({ verdict: 'broken', codes: ['NAT0903'] }),
  );

  it.each([
    '-s 10.131.0.0/23 -j MASQUERADE',
    '-s 10.244.0.0/16 ! -o docker0 -j MASQUERADE',
    '-s 10.244.0.0/16 -d 10.244.0.0/16 -j RETURN',
    '! -s 192.168.0.0/16 -j ACCEPT',
    '-d 10.128.0.0/14 -j MASQUERADE',
    '-p tcp -m tcp --dport 8080 -j SNAT --to-source 192.168.7.2',
    '-m set --match-set cluster dst -j MASQUERADE',
    '-o cni0 -j MASQUERADE',
    '-A POSTROUTING -j MINE\n-A MINE -s 10.131.0.0/23 -j MASQUERADE',
  ])('leave it open when it hangs on what is not shown: %s', (rule) => {
    const { verdict, codes, undetermined } = ahead(rule);
    expect({ verdict, codes }).toEqual({ verdict: 'undetermined', codes: [] });
    expect(undetermined[0]?.message).toMatch(/kubelet's probes.*(MASQUERADE|RETURN|ACCEPT|SNAT)/);
  });

  it.each(['-p udp -j RETURN', '-o eth0 -j MASQUERADE', '-m mark --mark 0x1/0x1 -j ACCEPT', ...Object.keys(PLUGINS)])(
    'are none when they are about other packets: %s',
    (rule) => expect(ahead(PLUGINS[rule] ?? rule)).toMatchObject({ verdict: 'healthy' }),
  );

  it('are none behind the rule of Istio', () => {
    const last = (save: string) => save.replace(/^(-A POSTROUTING -j ACCEPT\n)(-A POSTROUTING .*\n)/m, '$2$1');
    expect(ahead('-j ACCEPT', last)).toMatchObject({ verdict: 'healthy' });
  });
});

describe('rules of others in chains and tables of their own', () => {
  const config = nodeOf('1.28.10', 'nftables');
  const beside = (priority: string, rule: string) =>
    found(
      config,
      (text) =>
        `table ip cni-masq {\n\tchain postrouting {\n\t\ttype nat hook postrouting priority ${priority}; policy accept;\n\t\t${rule}\n\t}\n}\n${text}`,
    );

  it('are a fault where they run earlier and rewrite the source', () => {
    expect(beside('90', 'masquerade')).toMatchObject({ verdict: 'broken', codes: ['NAT0903'] });
    expect(beside('srcnat - 1', 'snat to 192.168.7.2')).toMatchObject({ verdict: 'broken', codes: ['NAT0903'] });
    expect(beside('90', 'ip saddr 10.131.0.0/23 masquerade').verdict).toBe('undetermined');
  });

  it('are none where they run later, or only let packets go', () => {
    expect(beside('110', 'masquerade')).toMatchObject({ verdict: 'healthy' });
    expect(beside('90', 'accept')).toMatchObject({ verdict: 'healthy' });
    expect(beside('90', 'oifname "eth0" masquerade')).toMatchObject({ verdict: 'healthy' });
  });
});

describe('rules of the node in the other variant of iptables', () => {
  const config = nodeOf('1.28.10', 'iptables');
  const save = (tool: string, text: string) => ({ name: tool, text: `# Generated by ${tool}\n${text}` });
  const both = (own: string, others: string, rule: string) => {
    const layout = printSave(expectedRuleset(config).tables);
    const theirs = `*nat\n:POSTROUTING ACCEPT [0:0]\n:KUBE-POSTROUTING - [0:0]\n-A POSTROUTING -j KUBE-POSTROUTING\n-A KUBE-POSTROUTING ${rule}\nCOMMIT\n`;
    const { verdict, findings } = diagnosisOf(observeRules([save(own, layout), save(others, theirs)]), config);
    return { verdict, codes: findings.map(({ code }) => code).filter((code) => code.startsWith('NAT07')) };
  };
  const NFT = 'iptables-save v1.8.9 (nf_tables)';
  const LEGACY = 'iptables-save v1.8.9';

  it.each([
    [NFT, LEGACY],
    [LEGACY, NFT],
  ])('are told: %s, others %s', (own, others) => {
    const harmless = both(own, others, '-m mark ! --mark 0x4000/0x4000 -j RETURN');
    expect(harmless).toEqual({ verdict: 'degraded', codes: ['NAT0704'] });
    expect(both(own, others, '-j MASQUERADE').verdict).toBe('undetermined');
  });

  it('are no news where all write with one', () => {
    expect(both(NFT, NFT, '-m mark ! --mark 0x4000/0x4000 -j RETURN')).not.toMatchObject({ codes: ['NAT0704'] });
  });
});
