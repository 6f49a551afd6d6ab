import type { TableFamily } from '../../../model/family.ts';
import type { Hook } from '../../../model/ruleset.ts';

const FAMILIES: Readonly<Record<string, TableFamily>> = { inet: 'inet', ip: 'ipv4', ip6: 'ipv6' };

const HOOKS: Readonly<Record<string, Hook>> = {
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
};

/** The family of a table of the model; null for one that does not see IP packets on the hooks we follow. */
export function tableFamilyOf(family: string): TableFamily | null {
  return Object.hasOwn(FAMILIES, family) ? (FAMILIES[family] ?? null) : null;
}

/** The hook of the model by nft's name for it; null for one that is not followed. */
export function hookOf(name: string): Hook | null {
  return Object.hasOwn(HOOKS, name) ? (HOOKS[name] ?? null) : null;
}
