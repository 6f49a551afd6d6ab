import { inferConfig } from '../../../src/infer/index.ts';
import type { ConfigKey } from '../../../src/model/config.ts';
import type { CheckReport } from '../../../src/model/report.ts';
import type { Table } from '../../../src/model/ruleset.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { printSave } from '../../../src/print/iptables/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import { checkCapture } from '../../diagnose/surroundings-replay.ts';
import { captureWith } from '../../observe/capture.ts';
import { chainsOfSave } from '../chains.ts';
import type { Kernel } from '../kernel.ts';
import { same } from './differences.ts';

type Texts = Readonly<Record<string, string>>;

/** What is claimed of a mixture. */
interface Claim {
  readonly flags?: Readonly<Partial<Record<ConfigKey, string>>>;
  /** What `--config` says. */
  readonly file?: Readonly<Partial<Record<ConfigKey, string>>>;
  readonly verdict: CheckReport['verdict'];
  /** What `check` finds, information and open questions included. */
  readonly codes: readonly string[];
  /** The layouts that `infer` takes out of it without a rule left over. */
  readonly layouts: readonly string[];
}

/** The sidecars of these recordings were programmed without excluded ports, which no annotation asks for, nor a range. */
const SIDECAR = {
  istioVersion: '1.28.10',
  dataplane: 'sidecar',
  inboundPortsExclude: '',
  outboundIpRangesInclude: '',
};
const AMBIENT = { istioVersion: '1.28.10', dataplane: 'ambient', enableIpv6: 'false' };
const NATIVE = { istioVersion: '1.28.10', backend: 'nftables' };

export const CLAIMS: Readonly<Record<string, Claim>> = {
  'ambient-nft-plus-ambient-iptables': {
    flags: AMBIENT,
    verdict: 'broken',
    codes: ['NAT0701'],
    layouts: ['ambient iptables-legacy', 'ambient nftables'],
  },
  // both layouts write into ISTIO_OUTPUT, so that neither is there without a rule of the other
  'ambient-plus-sidecar-iptables': { flags: AMBIENT, verdict: 'broken', codes: ['NAT0906'], layouts: [] },
  'double-programmed': {
    file: SIDECAR,
    verdict: 'broken',
    codes: ['NAT0701'],
    layouts: ['sidecar iptables-legacy', 'sidecar iptables-nft'],
  },
  'filter-probe-residue-then-nft': {
    file: SIDECAR,
    verdict: 'healthy',
    codes: ['NAT0702'],
    layouts: ['sidecar iptables-nft'],
  },
  'guardrails-left-behind': {
    flags: AMBIENT,
    verdict: 'broken',
    codes: ['NAT0111'],
    layouts: ['ambient iptables-legacy'],
  },
  'legacy-only': { file: SIDECAR, verdict: 'healthy', codes: [], layouts: ['sidecar iptables-legacy'] },
  'native-nft-plus-iptables-nft': {
    flags: NATIVE,
    verdict: 'broken',
    codes: ['NAT0701'],
    layouts: ['sidecar iptables-nft', 'sidecar nftables'],
  },
  'native-nft-plus-legacy': {
    flags: NATIVE,
    verdict: 'broken',
    codes: ['NAT0701'],
    layouts: ['sidecar iptables-legacy', 'sidecar nftables'],
  },
  'probe-residue-then-nft': {
    file: SIDECAR,
    verdict: 'healthy',
    codes: ['NAT0702'],
    layouts: ['sidecar iptables-nft'],
  },
  'read-created-legacy-table': { verdict: 'undetermined', codes: ['NAT0702', 'NAT1004'], layouts: [] },
};

/** Everything that was parsed, printed and loaded side by side, where the kernel shows it otherwise than recorded. */
export function mixedOtherwise(kernel: Kernel, recorded: Texts): string[] {
  const { legacy, nft, native } = partsOf(recorded);
  if (legacy.length > 0) kernel.run('iptables-legacy-restore', printSave(legacy));
  if (nft.length > 0) kernel.run('iptables-nft-restore', printSave(nft));
  kernel.run('nft', printNft(native), '-f', '-');
  const back = (tool: string) => chainsOfSave(kernel.run(tool, ''));
  return [
    ...same('legacy', back('iptables-legacy-save'), chainsOfSave(recorded['legacy.v4.save'] ?? '')),
    ...same('nft', back('iptables-nft-save'), chainsOfSave(recorded['nft.v4.save'] ?? '')),
    ...same('listing', nativeTables(kernel.run('nft', '', 'list', 'ruleset')), nativeTables(recorded['ruleset.nft'])),
  ];
}

/** Istio's own tables of a listing; those of iptables-nft have been compared as what its own tool shows. */
function nativeTables(listing = ''): string[] {
  return listing.split(/^(?=table )/m).filter((table) => table.startsWith('table inet '));
}

function partsOf(recorded: Texts): { legacy: Table[]; nft: Table[]; native: Table[] } {
  const save = (name: string, backend: 'iptables-legacy' | 'iptables-nft') =>
    parseIptables(recorded[name] ?? '', { source: name, family: 'ipv4', backend }).tables;
  const { tables } = parseNft(recorded['ruleset.nft'] ?? '', { source: 'ruleset.nft' });
  return {
    legacy: save('legacy.v4.save', 'iptables-legacy'),
    nft: save('nft.v4.save', 'iptables-nft'),
    native: tables.filter(({ backend }) => backend === 'nftables'),
  };
}

/** Where `check` finds something else in a mixture than is claimed. */
export async function judgedOtherwise(name: string, recorded: Texts): Promise<string[]> {
  const claim = CLAIMS[name];
  const { verdict, findings, undetermined } = await checkCapture(captureOf(name, recorded), claim?.flags, claim?.file);
  const codes = [...findings, ...undetermined].map(({ code }) => code).sort();
  return same(name, { verdict, codes }, { verdict: claim?.verdict, codes: claim?.codes });
}

const ROUTED = {
  'rules-ipv4': '32764:\tfrom all fwmark 0x111/0xfff lookup 100\n',
  'routes-ipv4': 'local default dev lo table 100 scope host\n',
  sockets: [
    ...[15001, 15006, 15008, 15053].map((port) => `tcp LISTEN 0 4096 *:${port} *:* ino:1 sk:1\n`),
    'udp UNCONN 0 0 *:15053 *:* ino:2 sk:2\n',
  ].join(''),
};

/** A sidecar's proxy, without which nothing would listen where the rules lead. */
const PROXY = {
  sockets: [15001, 15006].map((port) => `tcp LISTEN 0 4096 *:${port} *:* uid:1337 ino:1 sk:1\n`).join(''),
};

/** The recording as a live pod would answer; what its data plane needs beside the rules is in order. */
function captureOf(name: string, recorded: Texts) {
  const text = (file: string) => recorded[file] ?? '';
  return captureWith(
    {
      'legacy-save-ipv4': text('legacy.v4.save') === '' ? null : text('legacy.v4.save'),
      'nft-save-ipv4': { stdout: text('nft.v4.save'), stderr: text('nft.v4.save.stderr') },
      'nft-ruleset': { stdout: text('ruleset.nft'), stderr: text('ruleset.nft.stderr') },
      'nft-ruleset-json': text('ruleset.json'),
      ...(name === 'read-created-legacy-table' ? {} : CLAIMS[name]?.flags === AMBIENT ? ROUTED : PROXY),
    },
    { '/proc/net/ip_tables_names': { text: text('ip_tables_names') } },
  );
}

/** Where `infer` takes other layouts out of a mixture than are claimed, in either form of nft's listing. */
export function separatedOtherwise(name: string, recorded: Texts): string[] {
  const { legacy, nft, native } = partsOf(recorded);
  const json = parseNft(recorded['ruleset.json'] ?? '', { source: 'ruleset.json' }).tables;
  return [native, json.filter(({ backend }) => backend === 'nftables')].flatMap((tables) => {
    const ruleset = { tables: [...legacy, ...nft, ...tables] };
    const { candidates } = inferConfig(ruleset, { coverage: [{ family: 'ipv4', tables: 'all' }] });
    const exact = candidates.filter(({ distance }) => distance === 0);
    const layouts = [...new Set(exact.map(({ config, backend }) => `${config.dataplane} ${backend}`))].sort();
    return same(name, layouts, CLAIMS[name]?.layouts);
  });
}
