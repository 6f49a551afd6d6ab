import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import type { FlowReport, FlowStep, Journey, JourneyName } from '../../src/flow/types.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Family } from '../../src/model/family.ts';
import { formatConfig } from '../../src/parse/config/index.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { type FlowRequest, flow } from '../asked.ts';
import { savedTexts } from '../observe/saved.ts';

interface Case {
  readonly inputs?: Partial<Config>;
  /** Changes what iptables-save shows; the layout stays what it was. */
  readonly edit?: (save: string) => string;
  readonly sockets?: string;
  readonly request?: Partial<FlowRequest>;
}

/** The lives in a pod whose rules are a layout, or an edit of it. */
async function lives({ inputs = {}, edit = (text) => text, sockets, request = {} }: Case): Promise<FlowReport> {
  const version = inputs.istioVersion ?? '1.28.10';
  const config = { ...defaultConfig(version, 'istio-init', inputs.dataplane ?? 'sidecar'), ...inputs };
  const { tables } = expectedRuleset(config);
  const save = (family: Family) => printSave(tables.filter((table) => table.family === family));
  const now = `# iptables-save\n${save('ipv4')}${config.enableIpv6 ? `# ip6tables-save\n${save('ipv6')}` : ''}`;
  const texts = { now: edit(now), config: JSON.stringify(formatConfig(config)), ...(sockets && { sockets }) };
  const answer = await flow(
    {
      source: { kind: 'rules', files: ['now'], ...(sockets && { sockets: 'sockets' }) },
      config: { flags: {}, env: {}, configFile: 'config' },
      ...request,
    },
    savedTexts(texts),
  );
  return answer.report;
}

async function life(name: JourneyName, asked: Case = {}): Promise<Journey> {
  const { journeys } = await lives(asked);
  const found = journeys.find((one) => one.name === name);
  if (!found) throw new Error(`no life ${name}`);
  return found;
}

/** `nat ISTIO_INBOUND 5: jump ISTIO_IN_REDIRECT`, or where it is and who. */
function words({ number, hook, table, chain, rule, action, program, port }: FlowStep): string {
  const where = table === null ? hook : `${table} ${chain}${rule === null ? '' : ` ${rule.index}`}`;
  const what = program === undefined ? action : `${program} ${port}`;
  return `${number} ${where}: ${what}`;
}

function without(line: string): (save: string) => string {
  return (save) => {
    expect(save).toContain(`${line}\n`);
    return save.replace(`${line}\n`, '');
  };
}

describe('the plain life of a request', () => {
  it("has the sixteen steps of Istio's drawing", async () => {
    const { intended, journeys } = await lives({ request: { journeys: ['inbound', 'outbound'] } });
    expect(intended).toBe(true);
    expect(journeys.flatMap(({ steps }) => steps.map(words))).toEqual([
      '1 nat PREROUTING 1: jump ISTIO_INBOUND',
      '2 nat ISTIO_INBOUND 5: jump ISTIO_IN_REDIRECT',
      '3 nat ISTIO_IN_REDIRECT 1: redirect 15006',
      '4 socket: proxy-inbound 15006',
      '5 nat OUTPUT 1: jump ISTIO_OUTPUT',
      '6 nat ISTIO_OUTPUT 1: return',
      '7 POSTROUTING: none',
      '8 application: application 8080',
      '9 nat OUTPUT 1: jump ISTIO_OUTPUT',
      '10 nat ISTIO_OUTPUT 9: jump ISTIO_REDIRECT',
      '11 nat ISTIO_REDIRECT 1: redirect 15001',
      '12 socket: proxy-outbound 15001',
      '13 nat OUTPUT 1: jump ISTIO_OUTPUT',
      '14 nat ISTIO_OUTPUT 4: return',
      '15 POSTROUTING: none',
      '16 wire: leaves by eth0',
    ]);
  });

  it('says of its answers that nat is not consulted again', async () => {
    const { answers } = await life('inbound');
    expect(answers.map(({ rule, packet }) => [rule, packet?.ctState])).toEqual([
      [null, 'ESTABLISHED'],
      [null, 'ESTABLISHED'],
    ]);
    expect(answers[0]?.why).toEqual({ kind: 'nat-skipped' });
  });

  it.each<[string, Partial<Config>, readonly JourneyName[]]>([
    ['a sidecar', {}, ['inbound', 'outbound', 'dns', 'probe', 'self-service', 'self-pod']],
    [
      '1.0, which had no agent to probe',
      { istioVersion: '1.0.9' },
      ['inbound', 'outbound', 'dns', 'self-service', 'self-pod'],
    ],
    [
      'DNS capture',
      { redirectDns: true, captureAllDns: true },
      ['inbound', 'outbound', 'dns', 'dns-tcp', 'probe', 'self-service', 'self-pod'],
    ],
    [
      'ambient with DNS',
      { dataplane: 'ambient', redirectDns: true },
      ['inbound', 'outbound', 'dns', 'dns-tcp', 'probe', 'self-service', 'self-pod'],
    ],
  ])('%s has the lives that apply, all as the layout has them', async (_, inputs, names) => {
    const { intended, journeys } = await lives({ inputs });
    expect(intended).toBe(true);
    expect(journeys.filter(({ family }) => family === 'ipv4').map(({ name }) => name)).toEqual(names);
  });

  it('is told in both families where both are captured', async () => {
    const { journeys } = await lives({ inputs: { enableIpv6: true }, request: { journeys: ['inbound'] } });
    expect(journeys.map(({ family, steps }) => [family, steps.length])).toEqual([
      ['ipv4', 8],
      ['ipv6', 8],
    ]);
  });
});

describe('programs between the packets', () => {
  it.each<[string, Partial<Config>, Record<string, unknown>]>([
    ['since 1.10 from the passthrough address', {}, { source: '127.0.0.6', destination: '10.0.0.5', uid: 1337 }],
    ['before 1.10 over loopback', { istioVersion: '1.9.9' }, { source: '127.0.0.1', destination: '127.0.0.1' }],
    [
      'TPROXY: as root, from the client',
      { interceptionMode: 'TPROXY' },
      { source: '10.0.0.9', uid: 0, gid: 1337, mark: 1337 },
    ],
    ['ztunnel: from the client, marked', { dataplane: 'ambient' }, { source: '10.0.0.9', mark: 0x539 }],
  ])('the proxy calls the application: %s', async (_, inputs, packet) => {
    const { steps } = await life('inbound', { inputs });
    const sent = steps.filter(({ packet: one }) => one?.hook === 'OUTPUT').map((step) => step.packet);
    expect(sent[0]).toMatchObject({ ...packet, destinationPort: 8080, outInterface: 'lo' });
  });

  it('a call to oneself by service goes through both halves of the proxy, by address through none', async () => {
    const byService = await life('self-service');
    expect(byService.steps.flatMap(({ program }) => program ?? [])).toEqual([
      'proxy-outbound',
      'proxy-inbound',
      'application',
    ]);
    const byAddress = await life('self-pod');
    expect(byAddress.steps.flatMap(({ program }) => program ?? [])).toEqual(['application']);
    expect([byService.proxied, byAddress.proxied]).toEqual([true, false]);
  });

  it('ztunnel calls its own pod by the tunnel', async () => {
    const { steps } = await life('self-service', { inputs: { dataplane: 'ambient' } });
    expect(steps.flatMap(({ program }) => program ?? [])).toEqual(['proxy-outbound', 'tunnel', 'application']);
  });

  it("the agent's own query is in another zone than the application's", async () => {
    const { steps } = await life('dns', { inputs: { redirectDns: true, captureAllDns: true } });
    const zones = steps
      .filter(({ action }) => action.startsWith('ct zone'))
      .map(({ action, packet }) => [packet?.uid, action]);
    expect(zones[0]).toEqual([1000, 'ct zone 2']);
    expect(zones[1]).toEqual([1337, 'ct zone 1']);
  });

  it('in TPROXY mode the answer to the client is led back to the proxy by its mark', async () => {
    const { answers } = await life('inbound', { inputs: { interceptionMode: 'TPROXY' } });
    expect(answers.slice(0, 2).map(({ hook, action }) => [hook, action])).toEqual([
      ['OUTPUT', 'restore mark from connmark'],
      ['routing', 'to lo'],
    ]);
  });
});

const ENVOY = (port: number, uid = 1337) => `tcp LISTEN 0 511 0.0.0.0:${port} 0.0.0.0:* uid:${uid} ino:${port} sk:1`;
const APP = (address: string, uid = 2000) => `tcp LISTEN 0 511 ${address} 0.0.0.0:* uid:${uid} ino:9 sk:2`;
const SOUND = [ENVOY(15001), ENVOY(15006), ENVOY(15020), APP('0.0.0.0:9090')].join('\n');

describe('sockets', () => {
  it('give the application its port and its user', async () => {
    const { journeys, assumed } = await lives({ sockets: SOUND });
    expect(assumed.join()).not.toMatch(/socket/);
    expect(journeys[0]?.steps[0]?.packet).toMatchObject({ destinationPort: 9090 });
    expect(journeys[1]?.steps[0]?.packet).toMatchObject({ uid: 2000 });
    expect(journeys.every(({ intended }) => intended === 'yes')).toBe(true);
  });

  it.each<[string, string, JourneyName, string, string]>([
    ['nobody on 15006', [ENVOY(15001), APP('0.0.0.0:9090')].join('\n'), 'inbound', 'none 15006', 'refused'],
    ['nobody on 15001', [ENVOY(15006), APP('0.0.0.0:9090')].join('\n'), 'outbound', 'none 15001', 'refused'],
    [
      'an application on loopback only',
      [ENVOY(15001), ENVOY(15006), APP('127.0.0.1:9090')].join('\n'),
      'inbound',
      'none 9090',
      'refused',
    ],
  ])('refuse: %s', async (_, sockets, name, wrong, end) => {
    const journey = await life(name, { sockets, request: { port: 9090 } });
    const step = journey.steps.find(({ intended }) => intended === 'no');
    expect([`${step?.program} ${step?.port}`, journey.end]).toEqual([wrong, end]);
  });

  it('refuse what comes from outside to an application that is bound to lo', async () => {
    const sockets = [ENVOY(15001), ENVOY(15006), ENVOY(15020), APP('0.0.0.0%lo:9090')].join('\n');
    const request = { port: 9090 };
    expect((await life('self-pod', { sockets, request })).end).toBe('application');
    // The proxy calls it by lo, and whoever is excluded from capture comes by eth0.
    expect((await life('inbound', { sockets, request })).end).toBe('application');
    const inputs = { inboundPortsExclude: [9090] };
    expect((await life('inbound', { inputs, sockets, request })).end).toBe('refused');
  });

  it('of a command that found none refuse everything', async () => {
    const { intended, journeys } = await lives({ sockets: '# ss -Htunaep\n' });
    expect(intended).toBe(false);
    expect(journeys.find(({ name }) => name === 'inbound')).toMatchObject({ intended: 'no', end: 'refused' });
  });

  it.each([
    ['an empty text', '\n'],
    ['a header', 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n'],
  ])('of which there is nothing but %s leave open who listens', async (_, sockets) => {
    const { intended, journeys, undetermined } = await lives({ sockets });
    expect(intended).toBeNull();
    expect(undetermined).toMatchObject([{ code: 'NAT1004', message: expect.stringContaining('nobody listens') }]);
    const received = journeys.flatMap(({ steps }) => steps.filter(({ program }) => program !== undefined));
    expect(received.filter((step) => step.intended !== 'unknown')).toEqual([]);
  });

  it('of connections alone leave who listens to be taken as given', async () => {
    const { intended, assumed } = await lives({ sockets: '# ss -tn\nESTAB 0 0 10.0.0.5:40000 10.0.0.9:443\n' });
    expect(intended).toBe(true);
    expect(assumed.join()).toContain('not all listeners were shown');
  });

  it('of one family say nothing of the other', async () => {
    const families = async (command: string) => {
      const text = [`# ${command}`, ENVOY(15001), ENVOY(15006), ENVOY(15020), APP('0.0.0.0:9090')].join('\n');
      const { journeys } = await lives({ inputs: { enableIpv6: true }, sockets: text });
      return journeys.find(({ name, family }) => name === 'inbound' && family === 'ipv6')?.end;
    };
    expect(await families('ss -tunae')).toBe('refused');
    expect(await families('ss -4 -tunae')).toBe('application');
  });

  it('of a proxy that runs as another user end in a loop', async () => {
    const sockets = [ENVOY(15001, 1338), ENVOY(15006, 1338), APP('0.0.0.0:9090')].join('\n');
    const outbound = await life('outbound', { sockets });
    expect(outbound.end).toBe('loop');
    const wrong = outbound.steps.filter(({ intended }) => intended === 'no');
    expect(wrong[0]).toMatchObject({ program: 'proxy-outbound', port: 15001 });
    expect(wrong[0]?.why).toMatchObject({ kind: 'received', by: { kind: 'socket', uid: 1338, exempt: [1337] } });
  });
});

describe('where rules are wrong', () => {
  const JUMP = '-A PREROUTING -p tcp -j ISTIO_INBOUND';

  it('the missing rule is quoted, and what follows is marked as such', async () => {
    const { steps, intended } = await life('inbound', { edit: without(JUMP) });
    expect(intended).toBe('no');
    expect(steps.map((step) => [words(step), step.intended])).toEqual([
      ['1 nat PREROUTING: none', 'no'],
      ['2 application: application 8080', 'follows'],
    ]);
    expect(steps[0]?.expected).toEqual({
      verdict: { kind: 'redirect', port: 15006 },
      rule: { table: 'nat', chain: 'PREROUTING', index: 1, text: JUMP },
    });
  });

  it.each<[string, (save: string) => string]>([
    [
      'a comment',
      (save) => save.replaceAll('-A ISTIO_INBOUND -p tcp', '-A ISTIO_INBOUND -p tcp -m comment --comment "ours"'),
    ],
    ['a log', (save) => save.replace(JUMP, `-A PREROUTING -j LOG\n${JUMP}`)],
    [
      'a mark that nobody looks at',
      (save) =>
        save.replace(
          '*nat',
          '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j MARK --set-xmark 0x1/0x1\nCOMMIT\n*nat',
        ),
    ],
    [
      'the same exclusions in another order',
      (save) => save.replace(/(-A ISTIO_INBOUND .* 15090 .*\n)(-A ISTIO_INBOUND .* 15021 .*\n)/, '$2$1'),
    ],
  ])('%s makes no step wrong', async (_, edit) => {
    expect((await lives({ edit })).intended).toBe(true);
  });

  it('a log ahead of a fault is not what is wrong', async () => {
    const edit = (save: string) => without(JUMP)(save).replace('-A OUTPUT', '-A PREROUTING -j LOG\n-A OUTPUT');
    const { steps } = await life('inbound', { edit });
    expect(steps.map((step) => [words(step), step.intended])).toEqual([
      ['1 nat PREROUTING 1: LOG, continue', 'yes'],
      ['2 nat PREROUTING: none', 'no'],
      ['3 application: application 8080', 'follows'],
    ]);
  });

  it('a rule that nobody can decide ends the life there, undetermined', async () => {
    const edit = (save: string) => save.replace(JUMP, `-A PREROUTING -m set --match-set x src -j ACCEPT\n${JUMP}`);
    const { intended, journeys } = await lives({ edit });
    expect(intended).toBeNull();
    const [inbound, outbound] = journeys;
    expect(inbound).toMatchObject({ intended: 'unknown', end: 'unknown' });
    expect(inbound?.steps.map((step) => [words(step), step.intended])).toEqual([
      ['1 nat PREROUTING 1: accept', 'unknown'],
    ]);
    expect(outbound).toMatchObject({ intended: 'yes', end: 'wire' });
  });

  it('a policy that drops is a step of its own', async () => {
    const edit = (save: string) =>
      `${save}*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n`;
    const { steps, end } = await life('inbound', { edit });
    expect(steps.map((step) => [words(step), step.intended]).at(-1)).toEqual(['4 filter INPUT: policy drop', 'no']);
    expect(end).toBe('dropped');
  });

  it('rules that were not shown leave it open', async () => {
    const report = await lives({ edit: () => 'iptables-save: Permission denied (you must be root)\n' });
    expect(report).toMatchObject({ intended: null, journeys: [] });
    expect(report.undetermined.length).toBeGreaterThan(0);
  });

  it('chains that jump to each other end', async () => {
    const edit = (save: string) =>
      save.replace('-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006', '-A ISTIO_IN_REDIRECT -j ISTIO_INBOUND');
    expect((await life('inbound', { edit })).intended).not.toBe('yes');
  });
});

describe('a pod that nobody said anything about', () => {
  const NOTHING = '# iptables-save\n*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
  const silent = async (sockets?: string) => {
    const request = {
      source: { kind: 'rules', files: ['now'], ...(sockets && { sockets: 'sockets' }) },
      config: { flags: {}, env: {} },
    } as const;
    return (await flow(request, savedTexts({ now: NOTHING, ...(sockets && { sockets }) }))).report;
  };

  it('and that shows no rule of Istio: what happens is told, what should is open', async () => {
    const report = await silent();
    expect(report.intended).toBeNull();
    expect(report.journeys[0]).toMatchObject({ intended: 'unknown', end: 'application', proxied: false });
    expect(report.undetermined).toMatchObject([{ code: 'NAT1004' }]);
  });

  it('but has a proxy: its rules are missing', async () => {
    expect((await silent(SOUND)).intended).toBe(false);
  });

  it('and nobody to ask for its health: that is no fault', async () => {
    const { journeys } = await silent(`# ss -Htunaep\n${APP('0.0.0.0:9090')}\n`);
    expect(journeys.find(({ name }) => name === 'probe')).toMatchObject({ intended: 'unknown', end: 'refused' });
  });

  it('but is a gateway by its listeners: nothing is redirected, and nothing should be', async () => {
    const report = await silent([ENVOY(8443), ENVOY(15090), ENVOY(15021), ENVOY(15020)].join('\n'));
    expect(report.assumed.join()).toMatch(/gateway/);
    expect(report.journeys.filter(({ intended }) => intended === 'no')).toEqual([]);
  });
});
