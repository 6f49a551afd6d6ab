import { describe, expect, it } from 'vitest';
import type { DiffAnswer } from '../../src/diagnose/differences.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Family } from '../../src/model/family.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { type DiffRequest, diff } from '../asked.ts';
import { savedTexts } from '../observe/saved.ts';
import { layoutOf, TWINS, WRITINGS } from './diff-twins.ts';

/** What iptables-save would show of a layout of one family. */
function layout(inputs: Partial<Config> = {}, family: Family = 'ipv4'): string {
  const dataplane = inputs.dataplane ?? 'sidecar';
  const config = { ...defaultConfig(inputs.istioVersion ?? '1.28.10', 'istio-init', dataplane), ...inputs };
  const tool = family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
  return `# ${tool}\n${printSave(expectedRuleset(config).tables.filter((table) => table.family === family))}`;
}

const CONFIG = { flags: {}, env: {} };

function asked(changes: Partial<DiffRequest>): DiffRequest {
  return { source: { kind: 'rules', files: ['now'] }, config: CONFIG, traces: false, ...changes };
}

/** What became of traffic between two texts. */
function change(now: string, before = layout()): Promise<DiffAnswer> {
  const request = asked({ against: { kind: 'rules', files: ['before'] } });
  return diff(request, savedTexts({ now, before }));
}

/** A text held against the layout of 1.28.10. */
function againstLayout(now: string, flags: Readonly<Record<string, string>> = {}): Promise<DiffAnswer> {
  const config = JSON.stringify({ istioVersion: '1.28.10' });
  return diff(asked({ config: { ...CONFIG, configFile: 'config', flags } }), savedTexts({ now, config }));
}

function classes({ report }: DiffAnswer): string[] {
  return report.differences.map(({ family, packets, live, expected }) => {
    const [a, b] = [live, expected].map((verdict) =>
      'port' in verdict ? `${verdict.kind} ${verdict.port}` : verdict.kind,
    );
    return `${family} ${Object.values(packets).join(' ')}: ${a}, was ${b}`;
  });
}

const lines = (text: string, edit: (lines: string[]) => string[]) => edit(text.split('\n')).join('\n');

/** The text with a line in place of another, which must be there. */
function replaced(text: string, line: string, ...by: string[]): string {
  return lines(text, (all) => {
    expect(all).toContain(line);
    return all.flatMap((one) => (one === line ? by : [one]));
  });
}

const SAME = { schemaVersion: 1, equivalent: true, differences: [], undetermined: [] };

const RETURN_15090 = '-A ISTIO_INBOUND -p tcp -m tcp --dport 15090 -j RETURN';
const INBOUND = '-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT';
const OUTBOUND = '-A ISTIO_OUTPUT -j ISTIO_REDIRECT';

describe('an edit is judged by what it does', () => {
  const cases = TWINS.flatMap((twin) => WRITINGS.map((writing) => ({ ...twin, writing })));

  it.each(cases)('$name ($writing): nothing', async ({ harmless, writing, ...twin }) => {
    const before = layoutOf(twin, writing);
    const now = harmless[writing](before);
    expect(now).not.toBe(before);
    expect((await change(now, before)).report).toEqual(SAME);
    const flags = Object.fromEntries(Object.entries(twin.inputs ?? {}).map(([key, value]) => [key, String(value)]));
    const backend = writing === 'native' ? 'nftables' : 'iptables';
    expect((await againstLayout(now, { ...flags, backend })).report).toEqual(SAME);
  });

  it.each(cases)('$name ($writing): not quite the same edit', async ({ harmful, writing, ...twin }) => {
    const before = layoutOf(twin, writing);
    const answer = await change(harmful[writing](before), before);
    expect(answer.report.equivalent).toBe(false);
    // The layout treats packets of no socket differently in nftables, and they make a class of their own.
    const ofIpv4 = classes(answer).filter((one) => one.startsWith('ipv4') && !one.includes(' none '));
    expect(ofIpv4.toSorted()).toEqual(twin.classes.toSorted());
  });
});

describe('classes are what their words say', () => {
  it('tells two changes with the same effect apart', async () => {
    const exclusions = [
      '-A ISTIO_OUTPUT -d 10.0.0.0/8 -j RETURN',
      '-A ISTIO_OUTPUT -p tcp -m tcp --dport 3306 -j RETURN',
    ];
    const answer = await change(replaced(layout(), OUTBOUND, ...exclusions, OUTBOUND));
    expect(answer.report.differences.map(({ packets }) => packets)).toEqual([
      {
        protocol: 'tcp',
        outInterface: 'all except lo',
        uid: 'all except 1337',
        gid: 'all except 1337',
        destinationPort: '3306',
      },
      {
        protocol: 'tcp',
        outInterface: 'all except lo',
        uid: 'all except 1337',
        gid: 'all except 1337',
        destination: '10.0.0.0-10.255.255.255',
      },
    ]);
    expect(answer.causes.map((cause) => cause && [cause.kind, cause.rule.text])).toEqual([
      ['added', exclusions[1]],
      ['added', exclusions[0]],
    ]);
  });

  it('joins one effect of several rules', async () => {
    const ports = [8080, 8081, 9090].map((port) => `-A ISTIO_INBOUND -p tcp -m tcp --dport ${port} -j RETURN`);
    expect(classes(await change(replaced(layout(), INBOUND, ...ports, INBOUND)))).toEqual([
      'ipv4 tcp 8080-8081,9090: accept, was redirect 15006',
    ]);
  });

  it('names what was added, what is gone, and what comes too early', async () => {
    const added = replaced(layout(), INBOUND, RETURN_15090.replace('15090', '8080'), INBOUND);
    const early = replaced(replaced(layout(), RETURN_15090, ''), INBOUND, INBOUND, RETURN_15090);
    const causes = [await change(added), await change(layout(), added), await change(early)].map(
      (one) => one.causes[0],
    );
    expect(causes.map((cause) => cause?.kind)).toEqual(['added', 'removed', 'early']);
    expect(causes[1]?.rule.text).toBe(RETURN_15090.replace('15090', '8080'));
  });

  it('does not blame a new rule that only stands on the way', async () => {
    const ambient = layout({ dataplane: 'ambient' });
    const gone = ambient.split('\n').find((line) => line.endsWith('-o lo -j ACCEPT')) ?? '';
    const jump = '-A OUTPUT -j ISTIO_OUTPUT';
    // The first of these jumps is that of mangle.
    const now = replaced(ambient, gone).replace(jump, `-A OUTPUT -p tcp -m tcp --dport 8080 -j ACCEPT\n${jump}`);
    const { causes, report } = await change(now, ambient);
    const onLo = report.differences.findIndex(({ packets }) => packets.outInterface === 'lo');
    expect(report.differences[onLo]?.witness.destinationPort).toBe(8080);
    expect(causes[onLo]).toMatchObject({ kind: 'removed', rule: { text: gone } });
  });

  it('names no protocols where ports say enough', async () => {
    const ambient = layout({ dataplane: 'ambient' });
    const first = '-A PREROUTING -j ISTIO_PRERT';
    const dropping = '-A PREROUTING -p tcp -m tcp --dport 15008 -j DROP';
    const udp = dropping.replaceAll('tcp', 'udp');
    const others = ['dccp', 'sctp', 'udplite'].map(
      (name) => `-A PREROUTING -p ${name} -m multiport --dports 15008 -j DROP`,
    );
    const answer = await change(replaced(ambient, first, dropping, udp, ...others, first), ambient);
    expect(classes(answer)).toEqual(['ipv4 15008: drop, was accept']);
    expect(classes(await change(replaced(ambient, first, udp, first), ambient))).toEqual([
      'ipv4 udp 15008: drop, was accept',
    ]);
  });

  it('sees the mark that the routing of ambient goes by, and says it once', async () => {
    const ambient = layout({ dataplane: 'ambient' });
    const restore = ambient.split('\n').find((line) => line.includes('--restore-mark')) ?? '';
    const answer = await change(replaced(ambient, restore), ambient);
    expect(answer.report.differences).toMatchObject([
      {
        packets: { connmark: '0x111/0xfff', ctState: 'ESTABLISHED,RELATED' },
        live: { kind: 'accept' },
        expected: { mark: 0x111 },
      },
    ]);
    expect(answer.causes[0]).toMatchObject({ kind: 'removed', rule: { text: restore } });
  });

  it('puts the most ordinary packets first', async () => {
    const bare = lines(layout(), (all) => all.filter((line) => !/^-A (PREROUTING|OUTPUT)/.test(line)));
    expect(classes(await change(bare))).toEqual([
      'ipv4 tcp all except 15008,15020-15021,15090: accept, was redirect 15006',
      'ipv4 tcp all except lo all except 1337 all except 1337: accept, was redirect 15001',
      'ipv4 tcp lo 1337 all except 127.0.0.1 all except 127.0.0.6 all except 15008: accept, was redirect 15006',
    ]);
  });

  it('follows the witnesses where that is asked for', async () => {
    const now = replaced(layout(), INBOUND, RETURN_15090.replace('15090', '8080'), INBOUND);
    const texts = savedTexts({ now, before: layout() });
    const { report } = await diff(asked({ against: { kind: 'rules', files: ['before'] }, traces: true }), texts);
    const { traces, liveRule, expectedRule } = report.differences[0] ?? {};
    expect(traces?.live.at(-1)).toMatchObject({ outcome: 'match', text: liveRule?.text });
    expect(traces?.expected.at(-1)).toMatchObject({
      outcome: 'match',
      text: expectedRule?.text,
      action: 'redirect 15006',
    });
  });
});

describe('what cannot be told', () => {
  it('is said of a condition that nothing in a packet decides', async () => {
    const set = '-A ISTIO_OUTPUT -p tcp -m set --match-set blocked dst -j RETURN';
    const { report } = await change(replaced(layout(), OUTBOUND, set, OUTBOUND));
    expect(report).toMatchObject({ equivalent: null, differences: [], undetermined: [{ code: 'NAT1004' }] });
    expect(report.undetermined[0]?.message).toContain('nat ISTIO_OUTPUT rule 9');
  });

  it('is said of ports that are compared in packets without any', async () => {
    const odd = '-A ISTIO_INBOUND ! -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 15006';
    const every = '-A PREROUTING -p tcp -j ISTIO_INBOUND';
    const now = replaced(replaced(layout(), every, every.replace(' -p tcp', '')), INBOUND, odd, INBOUND);
    const { report } = await change(`# Generated by iptables-nft-save v1.8.9 (nf_tables)\n${now}`);
    expect(report.equivalent).toBe(false);
    expect(report.differences.map(({ live }) => live.kind)).not.toContain('undetermined');
    expect(report.undetermined).toMatchObject([{ code: 'NAT1004' }]);
  });

  it('is no question when both sides have it', async () => {
    const odd = replaced(layout(), OUTBOUND, '-A ISTIO_OUTPUT -p tcp -j ODD --option', OUTBOUND);
    expect((await change(odd, odd)).report).toMatchObject({ equivalent: true, undetermined: [] });
    expect((await change(odd)).report).toMatchObject({ equivalent: null, differences: [] });
    expect((await change(layout(), odd)).report).toMatchObject({ equivalent: null, differences: [] });
  });

  it('does not keep a difference from being told that does not hang on it', async () => {
    const set = '-A ISTIO_OUTPUT -p tcp -m set --match-set blocked dst -j RETURN';
    const now = replaced(replaced(layout(), OUTBOUND, set, OUTBOUND), RETURN_15090, '');
    const { report } = await change(now);
    expect(report.equivalent).toBe(false);
    expect(report.differences).toHaveLength(1);
    expect(report.undetermined).toHaveLength(1);
  });

  it.each([
    ['rules that were not read', 'iptables-save: Permission denied (you must be root)', layout()],
    ['rules from before that were not read', layout(), "Fatal: can't open lock file: Permission denied"],
    ['an empty text', '', layout()],
  ])('%s', async (_, now, before) => {
    const { report } = await change(now, before);
    expect(report).toMatchObject({ equivalent: null, differences: [] });
    expect(report.undetermined[0]?.code).toMatch(/^NAT10/);
  });

  it.each(['now', 'before'])('is what a rule would do that a cut text %s does not show', async (side) => {
    const whole = layout();
    const cut = whole.slice(0, whole.indexOf(OUTBOUND));
    const { report } = side === 'now' ? await change(cut, whole) : await change(whole, cut);
    expect(report).toMatchObject({ equivalent: null, differences: [], undetermined: [{ code: 'NAT1003' }] });
    const other = cut.replace('--to-ports 15006', '--to-ports 15007');
    const certain = side === 'now' ? await change(other, whole) : await change(whole, other);
    const kinds = certain.report.differences.flatMap(({ live, expected }) => [live.kind, expected.kind]);
    expect(new Set(kinds)).toEqual(new Set(['redirect']));
  });

  it('is whether tables changed that one side does not show', async () => {
    const rules = layout()
      .split('\n')
      .filter((line) => line.startsWith('-A'));
    const listing = ['# iptables -t nat -S', '-P PREROUTING ACCEPT', '-P INPUT ACCEPT', '-P OUTPUT ACCEPT'];
    listing.push('-P POSTROUTING ACCEPT', '-N ISTIO_INBOUND');
    const chains = ['ISTIO_OUTPUT', 'ISTIO_REDIRECT', 'ISTIO_IN_REDIRECT'].map((name) => `-N ${name}`);
    const dropping = ['*mangle', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING -p tcp -j DROP', 'COMMIT', ''].join('\n');
    const { report } = await change([...listing, ...chains, ...rules, ''].join('\n'), layout() + dropping);
    expect(report.equivalent).toBe(null);
    expect(report.undetermined[0]?.message).toContain('mangle (ipv4)');
  });
});

describe('the layout as the other side', () => {
  it('is what the inputs say', async () => {
    expect(
      (await againstLayout(layout({ outboundPortsExclude: [3306] }), { outboundPortsExclude: '3306' })).report,
    ).toEqual({
      schemaVersion: 1,
      equivalent: true,
      differences: [],
      undetermined: [],
    });
    const other = await againstLayout(layout({ outboundPortsExclude: [3306] }), { outboundPortsExclude: '' });
    expect(other.other).toMatchObject({ kind: 'layout', config: { istioVersion: '1.28.10' } });
    expect(other.report.equivalent).toBe(false);
    expect(other.report.differences[0]).toMatchObject({
      packets: { destinationPort: '3306' },
      live: { kind: 'accept' },
    });
  });

  it('covers both families where both are shown', async () => {
    const texts = (['ipv4', 'ipv6'] as const).map((family) => layout({ enableIpv6: true }, family));
    const now = texts.map((text) => replaced(text, RETURN_15090, '')).join('');
    const flags = { enableIpv6: 'true', inboundPortsExclude: '15090,15021,15020' };
    const { report } = await againstLayout(now, flags);
    expect(report.differences.map(({ family }) => family)).toEqual(['ipv4', 'ipv6']);
  });

  it('is not told anything by rules that nobody could read', async () => {
    const { report } = await againstLayout('iptables-save: Permission denied (you must be root)');
    expect(report).toMatchObject({ equivalent: null, differences: [], undetermined: [{ code: 'NAT1001' }] });
  });
});
