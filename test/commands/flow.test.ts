import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow } from '../../src/commands/flow.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { type Outcome, run } from './run.ts';

const schema: object = JSON.parse(readFileSync(new URL('../../schema/flow.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);

const RULE = '-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN';
const GOOD = `# iptables-save\n${printSave(
  expectedRuleset(defaultConfig('1.28.10')).tables.filter(({ family }) => family === 'ipv4'),
)}`;
/** The agent runs as root here and is told by its group, whose rule does not spare port 53 on lo. */
const LOOPING: Config = {
  ...defaultConfig('1.28.10'),
  ...{ interceptionMode: 'TPROXY', redirectDns: true, dnsServersV4: ['127.0.0.53'] },
};
const TEXTS = {
  good: GOOD,
  bad: GOOD.replace('-A ISTIO_INBOUND', `${RULE}\n-A ISTIO_INBOUND`),
  unread: 'iptables-save: Permission denied (you must be root)\n',
  unsure: GOOD.replace('-A ISTIO_INBOUND', '-A ISTIO_INBOUND -m set --match-set x src -j RETURN\n-A ISTIO_INBOUND'),
  hostile: GOOD.replace(
    '-A ISTIO_INBOUND',
    '-A ISTIO_INBOUND -m comment --comment "\u001b[2J" -j RETURN\n-A ISTIO_INBOUND',
  ),
  nothing: '# iptables-save\n*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
  node: '# iptables-save\n*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n-A PREROUTING -j KUBE-SERVICES\nCOMMIT\n',
  nonsense: 'this is not a rule\n'.repeat(3),
  config: '{"istioVersion": "1.28.10"}',
  looping: `# iptables-save\n${printSave(expectedRuleset(LOOPING).tables.filter(({ family }) => family === 'ipv4'))}`,
  loopingConfig:
    '{"istioVersion": "1.28.10", "interceptionMode": "TPROXY", "redirectDns": true, "dnsServersV4": ["127.0.0.53"]}',
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-nat-flow-'));
  for (const [name, text] of Object.entries(TEXTS)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs flow; words that name one of the texts become its path. */
function flow(words: string): Promise<Outcome> {
  const argv = words.split(' ').map((word) => (Object.hasOwn(TEXTS, word) ? join(folder, word) : word));
  return run(Flow, argv);
}

const LAYOUT = '--config config';

describe('flow ends with the exit code of the contract', () => {
  it.each(
    ['-o table', '--json'].flatMap((format) =>
      (
        [
          ['the layout', `--rules good ${LAYOUT}`, 0, true],
          ['another rule', `--rules bad ${LAYOUT}`, 1, false],
          ['another rule that the request does not meet', `--rules bad ${LAYOUT} --port 9090`, 0, true],
          ['rules that were not read', `--rules unread ${LAYOUT}`, 3, null],
          ['an open question', `--rules unsure ${LAYOUT}`, 3, null],
          ['an open question that the request does not meet', `--rules unsure ${LAYOUT} --journey outbound`, 0, true],
          ['a family that was not given', `--rules good ${LAYOUT} --family ipv6`, 3, null],
          ['no rules, and nobody who says what is meant', '--rules nothing', 3, null],
          ['no rules where there should be some', `--rules nothing ${LAYOUT}`, 1, false],
          ['a node', '--rules node', 0, true],
          ['the example', '--example', 1, false],
        ] as const
      ).map(([name, flags, exitCode, intended]) => [name, `${flags} ${format}`, exitCode, intended] as const),
    ),
  )('%s: %s', async (_, words, exitCode, intended) => {
    const outcome = await flow(words);
    expect(outcome).toMatchObject({ exitCode, stderr: '' });
    expect(outcome.stdout).not.toContain('\u001b');
    if (!words.endsWith('--json')) return;
    const report = JSON.parse(outcome.stdout);
    validate(report);
    expect(validate.errors).toBeNull();
    expect(report.intended).toBe(intended);
  });
});

describe('flow refuses', () => {
  it.each([
    ['a port that is none', '--port http', /--port must be a whole number from 1 to 65535, not "http"/],
    ['port 0', '--port 0', /--port/],
    ['a port out of range', '--port 65536', /--port/],
    ['a port of the proxy', '--port 15006', /15006 belongs to Istio/],
    ['a user that is none', '--uid root', /--uid must be a whole number/],
    ['a user that no process can have', '--uid 4294967295', /--uid must be .* to 4294967294, not/],
    ['a user out of range', '--uid 4294967296', /--uid/],
    ['a name to call', '--to example.com:443', /--to must be an address/],
    ['a port out of range to call', '--to 10.0.0.1:70000', /port of --to/],
    ['an IPv6 address with a port and no brackets', '--to [2001:db8::1]443', /--to/],
    ['an unknown request', '--journey sideways', /no request called "sideways"/],
    ['two families', '--to 10.0.0.1 --family ipv6', /contradict/],
    ['two sources', '--example --rules good', /example/],
  ])('%s', async (_, words, message) => {
    const rules = words.includes('--rules') ? '' : `--rules good ${LAYOUT} `;
    const outcome = await flow(`${rules}${words}`);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stdout).toBe('');
  });

  it('a file that is not there, as something that could not be looked at', async () => {
    const outcome = await flow('--rules missing --json');
    expect(outcome.exitCode).toBe(3);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ error: { kind: 'cannot-look', exitCode: 3 } });
  });

  it('no text that holds no rules', async () => {
    expect((await flow(`--rules nonsense ${LAYOUT}`)).exitCode).not.toBe(0);
  });
});

describe('flow', () => {
  it('lets no escape sequence of a rule through', async () => {
    const outcome = await flow(`--rules hostile ${LAYOUT}`);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).not.toContain('\u001b');
    expect(outcome.stdout).toContain('\\x1b[2J');
  });

  it.each([
    ['--port 9090', 'inbound', { destinationPort: 9090 }],
    ['--to 10.1.2.3:3306', 'outbound', { destination: '10.1.2.3', destinationPort: 3306 }],
    ['--to 10.1.2.3', 'outbound', { destination: '10.1.2.3', destinationPort: 443 }],
    ['--uid 0', 'outbound', { uid: 0, gid: 0 }],
    ['--uid 1337', 'outbound', { uid: 1337 }],
  ])('follows what is asked: %s', async (words, name, packet) => {
    const { journeys } = JSON.parse((await flow(`--rules good ${LAYOUT} --json ${words}`)).stdout);
    const journey = journeys.find((one: { name: string }) => one.name === name);
    expect(journey.steps[0].packet).toMatchObject(packet);
  });

  it.each([
    ['--to 10.1.2.3:3306', ['outbound']],
    ['--to 10.1.2.3:3306 --port 9090', ['inbound', 'outbound']],
    ['--to 10.1.2.3 --journey dns', ['dns']],
  ])('follows no more than what is asked: %s', async (words, names) => {
    const { journeys } = JSON.parse((await flow(`--rules good ${LAYOUT} --json ${words}`)).stdout);
    expect(journeys.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it.each([
    ['--uid 1337', true],
    ['--uid 1338', false],
    ['--uid 2000 --proxy-uid 2000 --proxy-gid 2000', true],
  ])("says whose user it is when that is the proxy's: %s", async (words, isProxys) => {
    const { stdout } = await flow(`--rules good ${LAYOUT} --journey outbound ${words}`);
    expect(stdout.replace(/\s+/g, ' ').includes("which is the proxy's: its calls bypass the proxy by design")).toBe(
      isProxys,
    );
    expect(stdout.includes('NAT0303')).toBe(isProxys);
  });

  it('follows only the requests that are named, in its own order', async () => {
    const { journeys } = JSON.parse(
      (await flow(`--rules good ${LAYOUT} --json --journey probe,inbound --journey dns`)).stdout,
    );
    expect(journeys.map((one: { name: string }) => one.name)).toEqual(['inbound', 'dns', 'probe']);
  });
});

describe('flow and the ports of the proxy itself', () => {
  it.each([
    ['10.0.0.5:15001', 'closes what is sent to its own port'],
    ['203.0.113.9:15001', 'closes what is sent to its own port'],
    ['10.0.0.5:15006', 'closes what is sent to its own port'],
  ])('the proxy closes a call to %s', async (to, words) => {
    const { stdout, exitCode } = await flow(`--rules good ${LAYOUT} --journey outbound --to ${to}`);
    expect(stdout.replace(/\s+/g, ' ')).toContain(words);
    expect(stdout).toContain('→ fails: refused');
    expect(exitCode).toBe(0);
  });

  it('a call elsewhere to the inbound port is one like others', async () => {
    const { stdout } = await flow(`--rules good ${LAYOUT} --journey outbound --to 203.0.113.9:15006`);
    expect(stdout).toContain('→ leaves the pod through the proxy');
  });
});

describe('flow and calls to other listeners of the pod', () => {
  it.each(['10.0.0.5:9090', '127.0.0.1:9999', '127.0.0.1:15000'])('%s is reached as it was asked for', async (to) => {
    const { stdout, exitCode } = await flow(`--rules good ${LAYOUT} --journey outbound --to ${to}`);
    expect(stdout).toMatch(/→ (reaches the application without the proxy|answered by Istio's agent)/);
    expect(exitCode).toBe(0);
  });
});

describe('flow and a loop that the layout itself makes', () => {
  it('says that programming the rules again does not help', async () => {
    const { stdout, exitCode } = await flow('--rules looping --config loopingConfig --journey dns-tcp');
    expect(stdout.replace(/\s+/g, ' ')).toContain('an endless loop. The rules are as Istio programs them');
    expect(exitCode).toBe(1);
  });
});
