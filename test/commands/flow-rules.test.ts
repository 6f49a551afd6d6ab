import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow } from '../../src/commands/flow.ts';
import { saved } from '../diagnose/pod-of.ts';
import { type Outcome, run } from './run.ts';

const without = (rule: string) => (lines: string[]) => lines.filter((line) => line !== rule);
const ahead = (rule: string, added: string) => (lines: string[]) =>
  lines.flatMap((line) => (line === rule ? [added, line] : [line]));
const JUMP = '-A OUTPUT -j ISTIO_OUTPUT';
/** Rules by name; each is the default layout with one edit. */
const TEXTS: Readonly<Record<string, string>> = {
  healthy: saved({}),
  loop: saved({}, without('-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN')),
  'dns-loop': saved({}, ahead(JUMP, '-A OUTPUT -p udp -m udp --dport 53 -j REDIRECT --to-ports 15013')),
  dropped: saved({}, ahead(JUMP, '-A OUTPUT -p udp -m udp --dport 53 -j DROP')),
  dnat: saved({}, ahead(JUMP, '-A OUTPUT -d 203.0.113.7/32 -p tcp -j DNAT --to-destination 10.9.9.9:81')),
  unknown: saved({}, ahead(JUMP, '-A OUTPUT -m statistic --mode random --probability 0.5 -j ACCEPT')),
  around: saved({}, (lines) => lines.map((line) => line.replace(JUMP, '-A ISTIO_OUTPUT -j ISTIO_OUTPUT'))),
  loops: saved({}, ahead(JUMP, '-A OUTPUT -j RING'))
    .replace(':ISTIO_INBOUND', ':RING - [0:0]\n:ISTIO_INBOUND')
    .replace(JUMP, `-A RING -j RING\n${JUMP}`),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-nat-flow-rules-'));
  for (const [name, text] of Object.entries(TEXTS)) writeFileSync(join(folder, name), `# iptables-save\n${text}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

function flow(words: string): Promise<Outcome> {
  return run(
    Flow,
    words.split(' ').map((word) => (word in TEXTS ? join(folder, word) : word)),
  );
}

function validated(name: string, text: string): Record<string, unknown> {
  const path = new URL(`../../schema/${name}.schema.json`, import.meta.url);
  const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(path, 'utf8')) as object,
  );
  const report = JSON.parse(text) as Record<string, unknown>;
  validate(report);
  expect(validate.errors).toBeNull();
  return report;
}

type Class = { hook: string; fate: string; packets: Record<string, string>; rest: boolean; rule: { text: string } };

async function classes(words: string): Promise<Class[]> {
  const { stdout } = await flow(`--classes --json --rules ${words}`);
  return validated('flow-classes', stdout).classes as Class[];
}

describe('flow --classes', () => {
  it('tells a healthy layout in few lines', async () => {
    const { stdout, exitCode } = await flow('--classes --no-color --rules healthy');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('tcp traffic to any port but 15008, 15020-15021, 15090 → redirected to port 15006');
    expect(stdout).toContain(
      'From any uid and gid but 1337, or no socket\n  tcp traffic over any interface but lo → redirected to port 15001',
    );
    expect(stdout).not.toContain('loops');
    expect(stdout.match(/ → (redirected|left)/g)).toHaveLength(7);
  });

  it.each([
    ['loop', 'loops', { uid: '1337' }],
    ['dropped', 'dropped', { destinationPort: '53' }],
    ['dnat', 'sent', { destination: '203.0.113.7' }],
  ])('finds what is wrong: %s', async (name, fate, packets) => {
    const found = (await classes(name)).filter((one) => one.fate === fate);
    expect(found).not.toEqual([]);
    for (const one of found) expect(one.packets).toMatchObject(fate === 'loops' ? {} : packets);
    expect(found.some((one) => Object.entries(packets).every(([field, value]) => one.packets[field] === value))).toBe(
      true,
    );
    if (fate !== 'loops') return;
    const { stdout } = await flow(`--classes --no-color --rules ${name}`);
    expect(stdout).toContain('loops: redirected to port 15001');
  });

  it('calls it a loop as well when the proxy’s own queries go to the DNS listener of 1.6 and 1.7', async () => {
    const own = (await classes('dns-loop')).filter(({ packets }) => packets.uid === '1337' || packets.gid === '1337');
    expect(own.filter(({ rule }) => rule.text.includes('15013')).map(({ fate }) => fate)).toContain('loops');
  });

  it('knows another proxy by its configuration', async () => {
    const found = await classes('healthy --proxy-uid 2000 --proxy-gid 2000');
    const loops = found.filter(({ fate }) => fate === 'loops');
    expect(loops.map(({ packets }) => packets.uid ?? packets.gid)).toContain('2000');
  });

  it('says that it cannot tell what an unknown condition decides', async () => {
    const { stdout, exitCode } = await flow('--classes --json --rules unknown');
    expect(exitCode).toBe(3);
    const { classes: told, undetermined } = validated('flow-classes', stdout);
    expect(JSON.stringify(undetermined)).toContain('nat OUTPUT rule 1');
    expect((told as Class[]).some(({ hook, fate }) => hook === 'OUTPUT' && fate === 'captured')).toBe(false);
  });

  it('speaks of chains that call each other in a loop', async () => {
    for (const question of ['--classes', '--unreached']) {
      const { stdout, exitCode } = await flow(`${question} --no-color --rules loops`);
      expect(exitCode).toBe(3);
      expect(stdout.replace(/\s+/g, ' ')).toContain('call each other in a loop');
    }
  });

  it('tells of other states when asked', async () => {
    const { stdout } = await flow('--classes --no-color --ct-state ESTABLISHED --rules healthy');
    expect(stdout).not.toContain('redirected');
  });
});

describe('flow --unreached', () => {
  it('names the rules that take the packets', async () => {
    const { stdout, exitCode } = await flow('--unreached --json --rules healthy');
    expect(exitCode).toBe(0);
    const { rules } = validated('flow-unreached', stdout) as {
      rules: { rule: { index: number }; by: { index: number }[] }[];
    };
    expect(rules.map(({ rule, by }) => [rule.index, by.map(({ index }) => index)])).toEqual([
      [5, [2, 3]],
      [6, [3, 4]],
      [8, [3, 4]],
    ]);
  });

  it('lists the rules of chains that nothing jumps to, or no packet gets into', async () => {
    const { stdout } = await flow('--unreached --no-color --rules around');
    expect(stdout).toContain('nothing jumps to its chain');
    expect(stdout).not.toContain('ISTIO_INBOUND #');
  });

  it('counts a condition that nobody knows as one that may hold', async () => {
    const { stdout } = await flow('--unreached --json --rules unknown');
    const { rules } = validated('flow-unreached', stdout) as { rules: { rule: { chain: string } }[] };
    expect(rules.map(({ rule }) => rule.chain)).not.toContain('OUTPUT');
  });
});

describe('the questions exclude each other and the requests', () => {
  it.each(['--classes --unreached', '--classes --port 80', '--unreached --to 10.0.0.1', '--unreached --ct-state NEW'])(
    '%s',
    async (words) => {
      const { exitCode } = await flow(`${words} --rules healthy`);
      expect(exitCode).toBe(2);
    },
  );
});
