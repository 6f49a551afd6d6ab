import { defaultConfig, expectedRouting } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { FAMILIES, type Family } from '../../../src/model/family.ts';
import { parseIpAddresses } from '../../../src/parse/routing/addresses.ts';
import { parseIpRoutes } from '../../../src/parse/routing/routes.ts';
import { parseIpRules } from '../../../src/parse/routing/rules.ts';
import type { Kernel } from '../kernel.ts';
import { same } from './differences.ts';

type Texts = Readonly<Record<string, string>>;

/** The pods whose routing was recorded. */
const PODS: Readonly<Record<string, Config>> = {
  ambient: defaultConfig('1.28.10', 'istio-cni', 'ambient'),
  none: defaultConfig('1.28.10'),
  'sidecar-tproxy': { ...defaultConfig('1.28.10'), interceptionMode: 'TPROXY', enableIpv6: true },
};

const INPUT = { source: 'recording' };

const suffix = (family: Family): string => (family === 'ipv4' ? 'v4' : 'v6');
const flag = (family: Family): string => (family === 'ipv4' ? '-4' : '-6');

/** What `ip` shows otherwise than recorded, after the routing of the layout was set up in an empty namespace. */
export function routedOtherwise(kernel: Kernel, name: string, recorded: Texts): string[] {
  const { rules, routes, addresses } = expectedRouting(PODS[name] ?? defaultConfig('1.28.10'));
  const ip = (...args: readonly string[]): string => kernel.run('ip', '', ...args.join(' ').split(' '));
  ip('link set lo up');
  for (const { family, priority, text } of rules)
    ip(flag(family), 'rule add', text.replace('from all ', ''), `pref ${priority}`);
  for (const { family, table, text } of routes) ip(flag(family), 'route add', text, `table ${table}`);
  for (const { address, prefixLength } of addresses) ip('-6 addr add', `${address}/${prefixLength}`, 'dev lo');
  return [
    ...FAMILIES.flatMap((family) => [
      ...same(`${name} rules`, trimmed(ip(flag(family), 'rule show')), trimmed(recorded[`ip-rule.${suffix(family)}`])),
      ...routes
        .filter((route) => route.family === family)
        .flatMap(({ table }) =>
          same(
            `${name} routes`,
            trimmed(ip(flag(family), 'route show table', table)),
            trimmed(recorded[`ip-route.${suffix(family)}`]),
          ),
        ),
    ]),
    ...same(`${name} addresses`, trimmed(ip('addr show lo')), trimmed(recorded['addr.lo'])),
  ];
}

/** `ip` ends some lines in blanks, and the recordings end in empty lines. */
function trimmed(text: string | undefined): string {
  return (text ?? '').replaceAll(/ +$/gm, '').trim();
}

/** Where the recorded texts, read by our parsers, have other marks, tables and addresses than the layout. */
export function readOtherwise(name: string, recorded: Texts): string[] {
  const wanted = expectedRouting(PODS[name] ?? defaultConfig('1.28.10'));
  const read = FAMILIES.map((family) => {
    const table = wanted.routes.find((route) => route.family === family)?.table ?? '100';
    const { rules } = parseIpRules(recorded[`ip-rule.${suffix(family)}`] ?? '', family, INPUT);
    const { routes } = parseIpRoutes(recorded[`ip-route.${suffix(family)}`] ?? '', family, table, INPUT);
    return { rules: rules.filter(({ mark }) => mark !== undefined), routes };
  });
  const { addresses } = parseIpAddresses(recorded['addr.lo'] ?? '', INPUT);
  const added = addresses.filter(({ address }) => address !== '127.0.0.1' && address !== '::1');
  return [
    ...same(`${name} rules`, strip(read.flatMap(({ rules }) => rules)), strip(wanted.rules)),
    ...same(`${name} routes`, strip(read.flatMap(({ routes }) => routes)), strip(wanted.routes)),
    ...same(`${name} addresses`, added, wanted.addresses),
  ];
}

/** Without their texts, in which the scopes and metrics of the kernel stand. */
function strip(entries: readonly { readonly text: string }[]): unknown {
  return entries.map(({ text: _, ...entry }) => entry);
}
