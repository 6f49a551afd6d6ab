import { describe, expect, it } from 'vitest';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { check } from '../asked.ts';
import { savedTexts } from '../observe/saved.ts';

const layout = (changes: Partial<Config>) => {
  const { tables } = buildLayout({ ...defaultConfig('1.28.10', 'istio-init', changes.dataplane), ...changes });
  return tables.filter(({ family }) => family !== 'ipv6');
};
const save = (changes: Partial<Config>, table?: string) =>
  printSave(layout(changes).filter(({ name }) => table === undefined || name === table));
const SIDECAR: Partial<Config> = { dataplane: 'sidecar' };
const TPROXY: Partial<Config> = { dataplane: 'sidecar', interceptionMode: 'TPROXY' };
const NATIVE: Partial<Config> = { dataplane: 'sidecar', backend: 'nftables' };

async function judged(rules: string, flags: Record<string, string> = {}) {
  const source = { kind: 'rules', files: ['rules'] } as const;
  const report = await check({ source, config: { flags, env: {} }, toolVersion: '0' }, savedTexts({ rules }));
  return [report.verdict, ...report.undetermined.map(({ message }) => message)].join('; ');
}

const without = (text: string, pattern: RegExp) =>
  text
    .split('\n')
    .filter((line) => !pattern.test(line))
    .join('\n');

describe('rules that are missing', () => {
  it('with the built-in chain that a save has to declare are not said to be', async () => {
    const rest = without(save(SIDECAR), /^(?::|-A )OUTPUT /);
    expect(await judged(rest)).toMatch(/^undetermined; .*does not declare OUTPUT in the table nat/);
    expect(await judged(without(save(SIDECAR), /^-A OUTPUT /))).toMatch(/^broken/);
  });

  it('where a text shows one chain of nft and no command are not said to be', async () => {
    const [chain] =
      /table inet istio-proxy-nat \{\n\tchain prerouting \{[^}]*\}\n/.exec(printNft(layout(NATIVE))) ?? [];
    const rest = `${chain?.replace(/jump istio-inbound/, 'return')}}\n`;
    expect(await judged(rest)).toMatch(/^undetermined; .*one chain/);
    expect(await judged(`root@web:/# cat rules\n${rest}`)).toMatch(/^undetermined; .*one chain/);
    expect(await judged(`root@web:/# nft list table inet istio-proxy-nat\n${rest}`)).toMatch(/^broken/);
  });

  it('in tables that only nat explains are not said to be where nat is not shown', async () => {
    const mangle = save(TPROXY, 'mangle');
    const rest = without(mangle, /^-A PREROUTING .*ISTIO_INBOUND/);
    expect(await judged(rest)).toMatch(/^undetermined; .*does not show the table nat/);
    expect(await judged(save(TPROXY, 'nat'))).toMatch(/^undetermined/);
  });
});

describe('a port of which only the first digits stand at the end of a line', () => {
  it.each(['1', '150'])('is no other port: %s', async (port) => {
    expect(await judged(save(SIDECAR).replace(/15001$/m, port))).toMatch(
      /^undetermined; .*first digits of a port or id/,
    );
  });

  it('is one where it is none of Istio’s', async () => {
    expect(await judged(save(SIDECAR).replace(/15001$/m, '15091'))).toMatch(/^broken/);
  });
});

describe('rules of which nft only names the modules', () => {
  const named = (rules: readonly object[]) => JSON.stringify({ nftables: [...NAMED_CHAINS, ...rules] });
  const table = { family: 'ip', table: 'nat' };
  const NAMED_CHAINS = [
    { table: { family: 'ip', name: 'nat', handle: 1 } },
    { chain: { ...table, name: 'PREROUTING', type: 'nat', hook: 'prerouting', prio: -100, policy: 'accept' } },
    { chain: { ...table, name: 'OUTPUT', type: 'nat', hook: 'output', prio: -100, policy: 'accept' } },
    { chain: { ...table, name: 'ISTIO_INBOUND' } },
    { chain: { ...table, name: 'ISTIO_REDIRECT' } },
  ];
  const rule = (chain: string, ...expr: object[]) => ({ rule: { ...table, chain, expr } });
  const redirect = rule('ISTIO_REDIRECT', { xt: { type: 'target', name: 'REDIRECT' } });

  it('tell no release and no mode, so nothing is said to be wrong with them', async () => {
    const entry = rule('PREROUTING', { jump: { target: 'ISTIO_INBOUND' } });
    expect(await judged(named([entry, redirect]))).toMatch(
      /^undetermined; .*names modules of xtables .*xt target REDIRECT/,
    );
  });

  it('keep nothing from being said of others: no rule of Istio’s is left', async () => {
    expect(await judged(named([]), { 'istio-version': '1.28.10' })).toMatch(/^broken/);
  });
});

describe('an interface that nat returns', () => {
  const flags = { 'istio-version': '1.31.0' };
  const excluding = (mode: Partial<Config>) => save({ ...mode, excludeInterfaces: ['net1'] }, 'nat');

  it('may be excluded where the other half stands in a table that was not shown', async () => {
    const rest = without(excluding(TPROXY), /^-A PREROUTING /);
    expect(await judged(rest, { ...flags, 'interception-mode': 'TPROXY' })).toMatch(/^undetermined/);
  });

  it('is not where both halves would have been seen', async () => {
    const rest = without(excluding(SIDECAR), /^-A PREROUTING -i /);
    expect(await judged(rest, { ...flags, 'interception-mode': 'REDIRECT' })).toMatch(/^broken/);
  });
});

describe('rules of which no port and no mark is shown', () => {
  const portless = (text: string) => text.replace(/ -m tcp(?: ! --dport 15008)?/g, '').replace(/ --dport \d+/g, '');
  const flags = { 'istio-version': '1.24.6' };
  const layoutOf = () =>
    printSave(
      buildLayout({ ...defaultConfig('1.24.6'), inboundPortsInclude: [] }).tables.filter(
        ({ family, name }) => family === 'ipv4' && name === 'nat',
      ),
    );

  it('may be those of a newer iptables that an older one lists', async () => {
    expect(await judged(portless(layoutOf()), { ...flags, 'inbound-ports-include': '' })).toMatch(
      /^undetermined; .*no rule of Istio's chains names a port or a mark/,
    );
  });

  it('are not, where others of them name one', async () => {
    const text = layoutOf().replace(/ -m tcp ! --dport 15008/, '');
    expect(await judged(text, { ...flags, 'inbound-ports-include': '' })).toMatch(/^broken/);
  });
});

describe('a rule that has no target', () => {
  const cutTarget = (text: string) => text.replace(/( -o lo -m owner ! --uid-owner 1337) -j RETURN/, '$1');

  it('is what is left of a line where another is missing', async () => {
    expect(await judged(cutTarget(save(SIDECAR)))).toMatch(/^undetermined; .*has no target, where another is missing/);
  });

  it('is of no matter where none is', async () => {
    const text = save(SIDECAR, 'nat').replace('-A ISTIO_INBOUND', '-A ISTIO_INBOUND -p tcp\n-A ISTIO_INBOUND');
    expect(await judged(text, { 'istio-version': '1.28.10' })).toMatch(/^healthy/);
  });
});

describe('tables of IPv6 without nat', () => {
  it('do not tell whether Istio handles IPv6, which decides what 1.4 writes into filter', async () => {
    const listing = ['-P INPUT ACCEPT', '-P FORWARD ACCEPT', '-P OUTPUT ACCEPT', ''].join('\n');
    const text = `root@web:/# ip6tables -t filter -S\n${listing}`;
    expect(await judged(text, { 'istio-version': '1.4.10' })).toMatch(/^undetermined/);
  });
});

describe('a save that does not declare a built-in chain', () => {
  it('may have lost rules of others as well', async () => {
    const rest = without(save(SIDECAR, 'nat'), /^:POSTROUTING |^-A ISTIO_IN_REDIRECT /);
    expect(await judged(rest, { 'istio-version': '1.28.10' })).toMatch(/^undetermined; .*does not declare POSTROUTING/);
  });
});

describe('an id of which only the first digits are left', () => {
  it('may be the proxy’s', async () => {
    const text = save(SIDECAR, 'nat').replace(
      '--uid-owner 1337 -j ISTIO_IN_REDIRECT',
      '--uid-owner 13 -j ISTIO_IN_REDIRECT',
    );
    expect(await judged(text, { 'istio-version': '1.28.10' })).toMatch(/^undetermined; .*first digits of a port or id/);
  });
});
