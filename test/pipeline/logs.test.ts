import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NOTHING_DECLARED } from '../../src/expect/layers.ts';
import { factsOfTexts } from '../../src/observe/texts.ts';
import { check } from '../../src/pipeline/check.ts';

const read = (name: string) => readFileSync(new URL(`../fixtures/logs/${name}.log`, import.meta.url), 'utf8');
const judge = (...texts: string[]) => {
  const named = texts.map((text, at) => ({ name: `${at}.log`, text }));
  return check(factsOfTexts(named), NOTHING_DECLARED, { toolVersion: '0.0.0' });
};

describe('a recorded log of rules that were not taken', () => {
  it.each([
    ['library-legacy', 'NAT0105', "Couldn't load match `owner'", 'libxt_owner'],
    ['library-nft', 'NAT0105', "Couldn't load match `owner'", 'libxt_owner'],
    ['module-legacy', 'NAT0105', 'Extension ipvs revision 0 not supported', 'xt_ipvs'],
    ['module-nft', 'NAT0105', 'Extension ipvs revision 0 not supported', 'xt_ipvs'],
    ['module-ipv6-nft', 'NAT0105', 'Extension ipvs revision 0 not supported', 'IPv6 rules'],
    ['module-ipv6-legacy', 'NAT0105', 'Extension ipvs revision 0 not supported', 'IPv6 rules'],
    ['rights-nft', 'NAT0105', 'Permission denied (you must be root)', 'NET_ADMIN'],
    ['rights-legacy', 'NAT0105', "unable to initialize table 'nat'", 'iptable_nat'],
    ['lock-legacy', 'NAT0105', 'Resource temporarily unavailable', 'lock of iptables'],
    ['again-legacy', 'NAT0105', 'line 2 failed', 'second run'],
    ['shell-again', 'NAT0105', 'Chain already exists', 'second run'],
    ['ambient-module-nft', 'NAT0901', 'Extension ipvs revision 0 not supported', 'shop/web-7d9f8b6c5-abcde'],
    ['ambient-again-legacy', 'NAT0901', 'line 2 failed', 'second run'],
  ])('%s is %s, with the words of the tool and the cause', (name, code, words, cause) => {
    const { verdict, findings } = judge(read(name));
    expect(verdict).toBe('broken');
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    const [found] = findings;
    const [evidence] = found?.evidence ?? [];
    const line = evidence?.kind === 'input' ? (read(name).split('\n')[evidence.line - 1] ?? '') : '';
    expect(line).toContain(words);
    expect(evidence).toMatchObject({ kind: 'input', text: line.replace(/\s+/g, ' ').trim() });
    expect(found?.message).toContain(cause);
    expect(found?.remedy).not.toBe('');
  });

  it('as one record of JSON is never healthy', () => {
    const { verdict, findings } = judge(read('module-nft-json'));
    expect(verdict).toBe('broken');
    expect(findings).toMatchObject([{ code: 'NAT0105', evidence: [{ line: 3 }] }]);
  });

  it('counts for nothing where a save shows that all of it is there', () => {
    expect(judge(read('again-nft-save'))).toMatchObject({ verdict: 'healthy', findings: [] });
    expect(judge(read('again-legacy'), read('again-nft-save')).findings).toEqual([]);
  });

  it('stands where a save shows less than was asked for', () => {
    const lines = read('again-nft-save').split('\n');
    const at = lines.findLastIndex((line) => line.startsWith('-A ISTIO_OUTPUT'));
    const { verdict, findings } = judge([...lines.slice(0, at), ...lines.slice(at + 1)].join('\n'));
    expect(verdict).toBe('broken');
    expect(findings.map(({ code }) => code)).toContain('NAT0105');
  });
});

describe('a recorded log in which nothing went wrong', () => {
  it.each(['good', 'ambient-good'])('%s is judged as asked for, and the report says so', (name) => {
    const text = read(name).replace('COMMIT\tns=shop name=web-7d9f8b6c5-abcde', 'COMMIT');
    const report = judge(text);
    expect(report.verdict).toBe('healthy');
    expect(report.asked?.note).toBe('as asked for; not seen in the kernel');
  });

  it('that ends in a save is what the kernel showed', () => {
    const report = judge(read('good-save'));
    expect(report).toMatchObject({ verdict: 'healthy', findings: [] });
    expect(report.asked).toBeUndefined();
  });
});

describe('the inputs that a log prints', () => {
  const VARIABLES =
    'Variables:\n----------\nPROXY_PORT=15001\nPROXY_UID=UID\nINBOUND_PORTS_EXCLUDE=15090,15021,15020\n\n';

  it("are the pod's own word, which the rules agree with", () => {
    const report = judge(VARIABLES.replace('UID=UID', 'UID=1337') + read('good-save'));
    expect(report).toMatchObject({ verdict: 'healthy', istio: { origin: { proxyUid: 'env', proxyPort: 'env' } } });
  });

  it('are held against rules that say otherwise', () => {
    const report = judge(VARIABLES.replace('UID=UID', 'UID=1338') + read('good-save'));
    expect(report.verdict).toBe('broken');
  });

  it('count for nothing where two runs print different ones', () => {
    const both = ['1337', '1338'].map((uid) => VARIABLES.replace('UID=UID', `UID=${uid}`)).join('');
    expect(judge(both + read('good-save')).istio.origin).toMatchObject({ proxyUid: 'inferred', proxyPort: 'env' });
  });
});
