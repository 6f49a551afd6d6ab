import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/defaults.ts';
import { expectedRouting } from '../../src/layout/routing.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES } from '../../src/model/family.ts';
import { parseConfigFile } from '../../src/parse/config/index.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import type { Namespace } from './namespace.ts';
import type { Inputs, Variant } from './scenario.ts';

/** The configuration that inputs stand for; throws when they are malformed. */
export function configOf(inputs: Inputs): Config {
  const parsed = parseConfigFile(JSON.stringify(inputs), 'inputs');
  if (parsed.errors.length > 0) throw new Error(parsed.errors.map(({ message }) => message).join('\n'));
  const defaults = defaultConfig(inputs.istioVersion, 'istio-init', parsed.inputs.dataplane);
  const config = { ...defaults, ...parsed.inputs };
  return inputs.proxyGid === undefined ? { ...config, proxyGid: config.proxyUid } : config;
}

/** Writes the layout that Istio would write, and adds the routing that goes with it. */
export function program(namespace: Namespace, inputs: Inputs, variant: Variant): void {
  const config = configOf(inputs);
  const { tables } = expectedRuleset(config);
  if (config.backend === 'nftables') namespace.run(['nft', '-f', '-'], printNft(tables));
  else {
    for (const family of FAMILIES) {
      const own = tables.filter((table) => table.family === family);
      if (own.length > 0) namespace.run([`${toolOf(family)}-${variant}-restore`], printSave(own));
    }
  }
  addRouting(namespace, config);
}

/** `iptables` or `ip6tables`. */
export function toolOf(family: 'ipv4' | 'ipv6'): 'iptables' | 'ip6tables' {
  return family === 'ipv4' ? 'iptables' : 'ip6tables';
}

/** Adds the policy routing of a layout, with the addresses that go with it. */
export function addRouting(namespace: Namespace, config: Config): void {
  const { rules, routes, addresses } = expectedRouting(config);
  for (const { family, text, priority } of rules) {
    // The kernel chooses the priority of a sidecar's rule.
    const place = config.dataplane === 'ambient' ? ['priority', `${priority}`] : [];
    const rule = text.replace('from all ', '').split(' ');
    namespace.run(['ip', family === 'ipv4' ? '-4' : '-6', 'rule', 'add', ...rule, ...place]);
  }
  for (const { family, text, table } of routes) {
    namespace.run(['ip', family === 'ipv4' ? '-4' : '-6', 'route', 'add', ...text.split(' '), 'table', table]);
  }
  for (const { address, prefixLength } of addresses) {
    namespace.run(['ip', '-6', 'addr', 'add', `${address}/${prefixLength}`, 'dev', 'lo']);
  }
}
