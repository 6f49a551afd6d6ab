import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import type { Config } from '../../src/model/config.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { configOf } from '../diagnose/ambient-namespace.ts';
import { checkCapture } from '../diagnose/surroundings-replay.ts';
import { captureWith } from '../observe/capture.ts';

const PROXY = [15001, 15006].map((port) => `tcp LISTEN 0 4096 0.0.0.0:${port} 0.0.0.0:* uid:1337 ino:${port} sk:1`);
const agentAs = (uid: number) => [
  `udp UNCONN 0 0 127.0.0.1:15053 0.0.0.0:* uid:${uid} ino:4 sk:4`,
  `tcp LISTEN 0 4096 127.0.0.1:15053 0.0.0.0:* uid:${uid} ino:5 sk:5`,
];

/** `check` in a pod with the layout of these inputs, the proxy's listeners and others. */
async function checked(inputs: Partial<Config>, sockets: readonly string[], flags = {}) {
  const config = { ...configOf({ istioVersion: '1.28.10' }), enableIpv6: false, ...inputs };
  const capture = captureWith({
    'legacy-save-ipv4': printSave(expectedRuleset(config).tables.filter(({ family }) => family === 'ipv4')),
    sockets: `${[...PROXY, ...sockets].join('\n')}\n`,
  });
  const { verdict, findings, undetermined } = await checkCapture(capture, flags);
  return { verdict, codes: findings.map(({ code }) => code), open: undetermined.map(({ message }) => message) };
}

const HEALTHY = { verdict: 'healthy', codes: [], open: [] };
const DNS = { redirectDns: true, captureAllDns: true };

describe('rules without DNS capture', () => {
  it('are left open where the agent answers queries that no rule sends it', async () => {
    const { verdict, codes, open } = await checked({}, agentAs(1337));
    expect([verdict, codes, open.length]).toEqual(['undetermined', [], 1]);
    expect(open[0]).toContain('The agent answers DNS on port 15053, and no rule sends queries there.');
  });

  it('are left open where DNS is said to be captured, and nothing more', async () => {
    const { verdict, open } = await checked({}, agentAs(1337), { redirectDns: 'true' });
    expect([verdict, open]).toEqual(['undetermined', [expect.stringContaining('DNS is to be captured')]]);
  });

  it.each([{ captureAllDns: 'true' }, { dnsServersV4: '10.96.0.10' }])(
    'are broken as the remedy has it: %j',
    async (how) => {
      const { verdict, codes, open } = await checked({}, agentAs(1337), { redirectDns: 'true', ...how });
      expect([verdict, open]).toEqual(['broken', []]);
      expect(codes).toContain('NAT0401');
    },
  );

  it('are right to somebody who says that DNS is not captured', async () => {
    expect(await checked({}, agentAs(1337), { redirectDns: 'false' })).toEqual(HEALTHY);
  });

  it('are right where nobody answers DNS, or an application does', async () => {
    expect(await checked({}, [])).toEqual(HEALTHY);
    expect(await checked({}, agentAs(1000))).toMatchObject({ open: [] });
  });
});

describe('rules with DNS capture', () => {
  it.each([DNS, { redirectDns: true, dnsServersV4: ['10.96.0.10'], captureAllDns: false }])(
    'leave nothing open: %j',
    async (inputs) => {
      expect(await checked(inputs, agentAs(1337))).toEqual(HEALTHY);
      expect(await checked(inputs, agentAs(1337), { redirectDns: 'true' })).toEqual(HEALTHY);
    },
  );
});

describe('rules that make the exceptions for DNS capture and capture none', () => {
  it('are left open, as of a release that writes them: the only resolver may be one of the other family', async () => {
    const { verdict, codes, open } = await checked({ redirectDns: true, dnsServersV6: ['fd00::a'] }, []);
    expect([verdict, codes, open]).toEqual(['undetermined', [], [expect.stringContaining('exceptions for port 53')]]);
  });

  it('are right where that resolver is named', async () => {
    const inputs = { redirectDns: true, dnsServersV6: ['fd00::a'] };
    expect(await checked(inputs, [], { redirectDns: 'true', dnsServersV6: 'fd00::a' })).toEqual(HEALTHY);
  });
});
