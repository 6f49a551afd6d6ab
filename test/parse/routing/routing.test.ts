import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAMILIES } from '../../../src/model/family.ts';
import { parseIpAddresses } from '../../../src/parse/routing/addresses.ts';
import { parseIpRoutes } from '../../../src/parse/routing/routes.ts';
import { parseIpRules } from '../../../src/parse/routing/rules.ts';

const recorded = (name: string) => readFileSync(new URL(`../../fixtures/routing/${name}.txt`, import.meta.url), 'utf8');
const source = { source: 'ip' };
const scenes = ['empty', 'marked', 'foreign'];

describe('ip rule', () => {
  test.each(scenes.flatMap((scene) => FAMILIES.map((family) => [scene, family] as const)))(
    '%s %s: every line is a rule',
    (scene, family) => {
      const text = recorded(`${scene}.rule.v${family === 'ipv4' ? 4 : 6}`);
      const { rules, diagnostics } = parseIpRules(text, family, source);
      expect(rules).toHaveLength(text.trim().split('\n').length);
      expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
    },
  );

  test('a mark without a mask is compared in all its bits', () => {
    const { rules } = parseIpRules(recorded('marked.rule.v6'), 'ipv6', source);
    expect(rules).toContainEqual({
      family: 'ipv6',
      priority: 32765,
      mark: { value: 0x539, mask: 0xffffffff },
      table: '133',
      text: '32765: from all fwmark 0x539 lookup 133',
    });
    expect(rules).toContainEqual(
      expect.objectContaining({ priority: 32764, mark: { value: 0x111, mask: 0xfff }, table: '100' }),
    );
    expect(rules[0]).not.toHaveProperty('mark');
  });

  test('actions stand where a table would; a negated mark is left out and said', () => {
    const { rules, diagnostics } = parseIpRules(recorded('foreign.rule.v4'), 'ipv4', source);
    const byPriority = new Map(rules.map((rule) => [rule.priority, rule]));
    expect(byPriority.get(100)).toMatchObject({ table: '51820' });
    expect(byPriority.get(100)).not.toHaveProperty('mark');
    expect(diagnostics).toMatchObject([{ severity: 'note', line: 2 }]);
    expect(byPriority.get(101)).toMatchObject({ mark: { value: 1, mask: 1 }, table: '200' });
    expect(byPriority.get(102)?.table).toBe('prohibit');
    expect(byPriority.get(103)?.table).toBe('main');
    expect(byPriority.get(104)?.table).toBe('goto');
  });

  test.each(['nonsense', '5: from all', '5: from all fwmark 0x1/0x2/0x3 lookup 5', '5: from all fwmark big lookup 5'])(
    '%s is a complaint',
    (text) => expect(parseIpRules(text, 'ipv4', source)).toMatchObject({ rules: [], diagnostics: [{ line: 1 }] }),
  );
});

describe('ip route', () => {
  test.each(scenes.flatMap((scene) => FAMILIES.map((family) => [scene, family] as const)))(
    '%s %s: every line is understood',
    (scene, family) => {
      const text = recorded(`${scene}.route.v${family === 'ipv4' ? 4 : 6}`);
      const { routes, diagnostics } = parseIpRoutes(text, family, null, source);
      expect(diagnostics).toEqual([]);
      expect(routes).toHaveLength(text.split('\n').filter((line) => /^\S/.test(line)).length);
    },
  );

  test.each(FAMILIES)('the local default of the tables of TPROXY and ambient, %s', (family) => {
    const text = recorded(`marked.route.v${family === 'ipv4' ? 4 : 6}`);
    const { routes } = parseIpRoutes(text, family, null, source);
    for (const table of ['100', '133']) {
      const found = routes.filter((route) => route.table === table);
      expect(found).toMatchObject([{ family, type: 'local', destination: 'default', device: 'lo' }]);
    }
  });

  test('types, the main table, several ways', () => {
    const { routes } = parseIpRoutes(recorded('foreign.route.v4'), 'ipv4', null, source);
    const to = (destination: string) => routes.find((route) => route.destination === destination);
    expect(to('192.0.2.0/24')).toMatchObject({ table: 'main', type: 'unicast', device: 'eth0' });
    expect(to('198.51.100.0/24')).toMatchObject({ table: 'main', type: 'unreachable', device: null });
    expect(to('203.0.113.0/24')).toMatchObject({ table: '200', type: 'blackhole' });
    expect(routes.filter((route) => route.destination === 'default').map((route) => route.table)).toEqual([
      '100',
      '133',
      'main',
    ]);
  });

  test('a table that does not exist is an empty one', () => {
    expect(parseIpRoutes(recorded('missing-table'), 'ipv4', '4242', source)).toEqual({ routes: [], diagnostics: [] });
  });

  test('the table that was asked for is not in the lines', () => {
    const { routes } = parseIpRoutes('local default dev lo scope host \n', 'ipv4', '133', source);
    expect(routes).toMatchObject([{ table: '133', type: 'local', destination: 'default', device: 'lo' }]);
  });

  test.each(['RTNETLINK answers: Operation not permitted', '\tnexthop via 10.0.0.1', 'local'])(
    '%j is a complaint',
    (text) =>
      expect(parseIpRoutes(text, 'ipv4', null, source)).toMatchObject({ routes: [], diagnostics: [{ line: 1 }] }),
  );
});

describe('ip addr', () => {
  test('addresses with their interface, peers and scopes', () => {
    const { addresses, diagnostics } = parseIpAddresses(recorded('foreign.addr'), source);
    expect(diagnostics).toEqual([]);
    expect(addresses).toContainEqual({
      interface: 'lo',
      family: 'ipv6',
      address: '::6',
      prefixLength: 128,
      scope: 'global',
    });
    expect(addresses).toContainEqual({
      interface: 'lo',
      family: 'ipv4',
      address: '127.0.0.1',
      prefixLength: 8,
      scope: 'host',
    });
    expect(addresses).toContainEqual({
      interface: 'eth0',
      family: 'ipv4',
      address: '10.88.0.2',
      prefixLength: 24,
      scope: 'global',
    });
    expect(addresses).toContainEqual({
      interface: 'eth0',
      family: 'ipv4',
      address: '10.88.9.1',
      prefixLength: 32,
      scope: 'global',
    });
  });

  test('interfaces without an address are named as well', () => {
    const text =
      '1: lo: <UP>\n    inet 127.0.0.1/8 scope host lo\n7: net1@if8: <UP>\n    link/ether 02:00:00:00:00:05\n';
    expect(parseIpAddresses(text, source).interfaces).toEqual(['lo', 'net1']);
  });

  test('one line for each address says the same', () => {
    const lines = parseIpAddresses(recorded('foreign.addr-oneline'), source);
    expect(lines).toEqual(parseIpAddresses(recorded('foreign.addr'), source));
  });

  test.each([
    'nonsense',
    '    inet 10.0.0.1/24 scope global eth0',
    '1: lo    inet 10.0.0.300/8 scope host lo',
    '1: lo inet 10.0.0.1/33 scope host',
  ])('%j is a complaint', (text) =>
    expect(parseIpAddresses(text, source)).toMatchObject({ addresses: [], diagnostics: [{ line: 1 }] }),
  );
});

test('never throws', () => {
  const words = ['foreign.rule.v4', 'foreign.route.v4', 'foreign.addr'].flatMap((name) =>
    recorded(name).split(/(?<=\s)/),
  );
  const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' })), { maxLength: 40 });
  fc.assert(
    fc.property(text, (parts) => {
      const whole = parts.join('');
      parseIpRules(whole, 'ipv4', source);
      parseIpRoutes(whole, 'ipv6', null, source);
      parseIpAddresses(whole, source);
    }),
  );
});

const corpus = new URL(
  `${process.env.ISTIO_NAT_CORPUS ?? '../../../../shared/corpus'}/policy-routing/all.jsonl`,
  import.meta.url,
);

describe.skipIf(!existsSync(corpus))('the recorded layouts', () => {
  const cases = existsSync(corpus)
    ? readFileSync(corpus, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; recorded: Record<string, string> })
    : [];

  test.each(cases)('$id', ({ id, recorded: text }) => {
    const mark = id.endsWith('tproxy') ? '133' : id.endsWith('ambient') ? '100' : null;
    for (const [family, suffix] of [
      ['ipv4', 'v4'],
      ['ipv6', 'v6'],
    ] as const) {
      const rules = parseIpRules(text[`ip-rule.${suffix}`] ?? '', family, source);
      const routes = parseIpRoutes(text[`ip-route.${suffix}`] ?? '', family, mark ?? '100', source);
      expect([...rules.diagnostics, ...routes.diagnostics]).toEqual([]);
      expect(rules.rules.filter((rule) => rule.mark !== undefined).map((rule) => rule.table)).toEqual(
        mark === null ? [] : [mark],
      );
      expect(routes.routes.map((route) => [route.type, route.destination, route.device])).toEqual(
        mark === null ? [] : [['local', 'default', 'lo']],
      );
    }
    expect(parseIpAddresses(text['addr.lo'] ?? '', source).diagnostics).toEqual([]);
  });
});
