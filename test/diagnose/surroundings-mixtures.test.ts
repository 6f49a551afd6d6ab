import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { captureWith } from '../observe/capture.ts';
import { codesOf } from './ambient-namespace.ts';
import { checkCapture } from './surroundings-replay.ts';

const corpus = new URL(
  `${process.env.ISTIO_NAT_CORPUS ?? '../../../shared/corpus'}/mixtures/all.jsonl`,
  import.meta.url,
);
const lines = existsSync(corpus) ? readFileSync(corpus, 'utf8').trim().split('\n') : [];
const mixtures = new Map(
  lines.map((line) => {
    const { id, recorded } = JSON.parse(line) as { id: string; recorded: Record<string, string> };
    return [id.slice('mixtures/'.length), recorded] as const;
  }),
);

/** The sidecars of these recordings were programmed without excluded ports, which no annotation asks for, nor a range. */
const SIDECAR = { istioVersion: '1.28.10', inboundPortsExclude: '', outboundIpRangesInclude: '' };
const AMBIENT = { istioVersion: '1.28.10', dataplane: 'ambient', enableIpv6: 'false' };
const NATIVE = { istioVersion: '1.28.10', backend: 'nftables' };
const ROUTED = {
  'rules-ipv4': '32764:\tfrom all fwmark 0x111/0xfff lookup 100\n',
  'routes-ipv4': 'local default dev lo table 100 scope host\n',
  sockets: [
    ...[15001, 15006, 15008, 15053].map((port) => `tcp LISTEN 0 4096 *:${port} *:* ino:1 sk:1\n`),
    'udp UNCONN 0 0 *:15053 *:* ino:2 sk:2\n',
  ].join(''),
};

function socketsOf(name: string) {
  return name.startsWith('ambient') || name.startsWith('guardrails') ? ROUTED : { sockets: PROXY };
}

/** A sidecar's proxy, without which nothing would listen where the rules lead. */
const PROXY = [15001, 15006].map((port) => `tcp LISTEN 0 4096 *:${port} *:* uid:1337 ino:1 sk:1\n`).join('');

function captureOf(name: string) {
  const text = mixtures.get(name) ?? {};
  const legacy = text['legacy.v4.save'] ?? '';
  return captureWith(
    {
      'legacy-save-ipv4': legacy === '' ? null : legacy,
      'nft-save-ipv4': { stdout: text['nft.v4.save'] ?? '', stderr: text['nft.v4.save.stderr'] ?? '' },
      'nft-ruleset': { stdout: text['ruleset.nft'] ?? '', stderr: text['ruleset.nft.stderr'] ?? '' },
      'nft-ruleset-json': text['ruleset.json'] ?? '',
      ...(name === 'read-created-legacy-table' ? {} : socketsOf(name)),
    },
    { '/proc/net/ip_tables_names': { text: text.ip_tables_names ?? '' } },
  );
}

describe.skipIf(mixtures.size === 0)('a recorded mixture', () => {
  it.each([
    ['ambient-nft-plus-ambient-iptables', AMBIENT, ['NAT0701'], 'ambient'],
    ['ambient-nft-plus-ambient-iptables', {}, ['NAT0701'], 'ambient'],
    ['ambient-plus-sidecar-iptables', AMBIENT, ['NAT0906'], 'ambient'],
    ['ambient-plus-sidecar-iptables', SIDECAR, ['NAT0906'], 'sidecar'],
    ['ambient-plus-sidecar-iptables', {}, ['NAT0906'], 'ambient'],
    ['double-programmed', SIDECAR, ['NAT0701'], 'sidecar'],
    ['filter-probe-residue-then-nft', SIDECAR, ['NAT0702'], 'sidecar'],
    ['guardrails-left-behind', AMBIENT, ['NAT0111'], 'ambient'],
    ['guardrails-left-behind', {}, ['NAT0111'], 'ambient'],
    ['legacy-only', SIDECAR, [], 'sidecar'],
    ['native-nft-plus-iptables-nft', NATIVE, ['NAT0701'], 'sidecar'],
    ['native-nft-plus-legacy', NATIVE, ['NAT0701'], 'sidecar'],
    ['native-nft-plus-legacy', {}, ['NAT0701'], 'sidecar'],
    ['probe-residue-then-nft', SIDECAR, ['NAT0702'], 'sidecar'],
    ['read-created-legacy-table', {}, ['NAT0702'], 'none'],
  ] as const)('%s, with %o declared', async (name, flags, codes, dataplane) => {
    const given =
      dataplane === 'sidecar' && flags !== NATIVE && name.startsWith('ambient') ? { ...flags, dataplane } : flags;
    const report = await checkCapture(
      captureOf(name),
      ...(flags === SIDECAR ? ([{}, given] as const) : ([given] as const)),
    );
    expect(codesOf(report, true)).toEqual(codes);
    expect(report.istio.dataplane).toBe(dataplane);
    for (const { severity, remedy, evidence } of report.findings) {
      expect(evidence).not.toEqual([]);
      if (severity !== 'info') expect(remedy?.length).toBeGreaterThan(20);
    }
  });

  it('is judged against the backend that holds the rules, which is one warning', async () => {
    const report = await checkCapture(captureOf('legacy-only'), {}, { ...SIDECAR, backend: 'nftables' });
    expect(codesOf(report, true)).toEqual(['NAT0704']);
    expect(report.undetermined).toEqual([]);
    expect(report.verdict).toBe('degraded');
    expect(report.istio.backend).toBe('iptables-legacy');
  });

  it('quotes a rule of each side', async () => {
    const [finding] = (await checkCapture(captureOf('double-programmed'), {}, SIDECAR)).findings;
    expect(finding?.message).toContain('iptables-legacy and in iptables-nft');
    expect(finding?.evidence.map((item) => 'source' in item && item.source)).toEqual([
      'iptables-legacy-save',
      'iptables-nft-save',
    ]);
  });
});
