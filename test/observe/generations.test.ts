import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Socket } from '../../src/model/socket.ts';
import { parseIpAddresses } from '../../src/parse/routing/addresses.ts';
import { parseIpRoutes } from '../../src/parse/routing/routes.ts';
import { parseIpRules } from '../../src/parse/routing/rules.ts';
import { parseSs } from '../../src/parse/sockets/ss.ts';
import { check } from '../asked.ts';
import { savedTexts } from './saved.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/generations', import.meta.url));
const NEWEST_KNOWN_WELL = 'bookworm';

const foldersIn = (path: string) => readdirSync(path).filter((name) => statSync(join(path, name)).isDirectory());
const text = (...path: string[]) => readFileSync(join(FOLDER, ...path), 'utf8');
const suites = foldersIn(FOLDER);

/** Forms that have all of a rule; the others lack tables, or options of modules. */
const WHOLE: readonly string[] = ['nft/save', 'legacy/save', 'native/nft', 'native/json'];

const listings = suites.flatMap((suite) =>
  foldersIn(join(FOLDER, suite)).flatMap((layout) =>
    foldersIn(join(FOLDER, suite, layout)).flatMap((variant) =>
      readdirSync(join(FOLDER, suite, layout, variant))
        .filter((form) => !/\.(?:ss|ip)$/.test(form))
        .map((form) => ({ suite, layout, variant, form })),
    ),
  ),
);

describe('a healthy layout in the words of four generations', () => {
  it('was recorded by each', () => {
    expect(suites).toEqual(['bookworm', 'bullseye', 'sid', 'trixie']);
    expect(new Set(suites.map((suite) => text(suite, 'versions.txt'))).size).toBe(suites.length);
  });

  it.each(listings)('$suite $layout $variant $form', async ({ suite, layout, variant, form }) => {
    const files = { rules: text(suite, layout, variant, form), config: text(suite, layout, 'config.json') };
    const families = form === 'save' ? {} : { family: 'ipv4' as const };
    const source = { kind: 'rules', files: ['rules'], ...families } as const;
    const request = { source, config: { configFile: 'config', flags: {}, env: {} }, toolVersion: '0' };
    const { verdict, findings } = await check(request, savedTexts(files));
    expect(findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code)).toEqual([]);
    const whole = WHOLE.includes(`${variant}/${form}`);
    expect(whole ? ['healthy'] : ['healthy', 'undetermined']).toContain(verdict);
  });
});

describe('sockets and routing in the words of four generations', () => {
  const layouts = foldersIn(join(FOLDER, NEWEST_KNOWN_WELL)).filter((name) => name !== 'native-dns');
  const each = suites.flatMap((suite) => layouts.map((layout) => ({ suite, layout })));
  const input = { source: 'recorded' };

  it.each(each)('$suite $layout', ({ suite, layout }) => {
    expect(outside(suite, layout)).toEqual(outside(NEWEST_KNOWN_WELL, layout));
    expect(outside(suite, layout).sockets).not.toEqual([]);
  });

  function outside(suite: string, layout: string) {
    const of = (file: string) => text(suite, layout, 'legacy', file);
    const sockets = ['sockets.ss', 'sockets-headed.ss', 'listeners.ss'].map((file) => parseSs(of(file), input));
    const rules = parseIpRules(of('rules.ip'), 'ipv4', input);
    const routes = parseIpRoutes(of('routes.ip'), 'ipv4', null, input);
    const addresses = parseIpAddresses(of('addresses.ip'), input);
    return {
      sockets: sockets.map((list) => list.sockets.map(inWords).toSorted()),
      rules: rules.rules.map(({ text: _, ...rule }) => rule),
      routes: routes.routes.map(({ text: _, ...route }) => route),
      addresses: addresses.addresses,
      lost: [...sockets, rules, routes, addresses].flatMap(({ diagnostics }) => diagnostics),
    };
  }
});

/** What does not change from one run to the next; the kernel lists sockets in any order. */
function inWords({ inode: _, text: __, cgroup: ___, ...socket }: Socket): string {
  return JSON.stringify(socket);
}
