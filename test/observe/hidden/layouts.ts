import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Variant } from '../../kernel/index.ts';

/** The layouts that are edited: what captures inbound connections, and what holds the rules. */
export const LAYOUT_NAMES = [
  'redirect nft',
  'tproxy nft',
  'redirect legacy',
  'tproxy legacy',
  'redirect native',
] as const;

/** One of the layouts. */
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** What holds the rules of a layout. */
export function holderOf(name: LayoutName): Variant | 'native' {
  if (name.endsWith('native')) return 'native';
  return name.endsWith('legacy') ? 'legacy' : 'nft';
}

/** What is declared of it, as a configuration file. */
export function inputsOf(
  name: LayoutName,
): Pick<Config, 'istioVersion' | 'interceptionMode' | 'backend' | 'enableIpv6'> {
  return {
    istioVersion: '1.28.10',
    interceptionMode: name.startsWith('tproxy') ? 'TPROXY' : 'REDIRECT',
    backend: holderOf(name) === 'native' ? 'nftables' : 'iptables',
    enableIpv6: true,
  };
}

/** The same with all defaults. */
export function configOf(name: LayoutName): Config {
  return { ...defaultConfig('1.28.10', 'istio-init', 'sidecar'), ...inputsOf(name) };
}
