import { defaultConfig } from '../src/layout/defaults.ts';
import { buildLayout } from '../src/layout/index.ts';
import type { Ruleset } from '../src/model/ruleset.ts';
import { printSave } from '../src/print/iptables/index.ts';

/** Numbers that look random and are the same in every run (Park and Miller's generator). */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** A layout of the newest release that leaves out `count` destinations and ports, half of each; `without` the last destination. */
export function layoutWithExclusions(count: number, without = false): Ruleset {
  const base = defaultConfig('1.28.10', 'istio-init');
  const half = Math.floor(count / 2);
  const ranges = Array.from({ length: without ? half - 1 : half }, (_, i) => block(i));
  const ports = Array.from({ length: count - half }, (_, i) => 20_000 + i * 2);
  return buildLayout({
    ...base,
    outboundIpRangesExclude: ranges,
    inboundPortsExclude: [...base.inboundPortsExclude, ...ports],
  });
}

/** The `index`-th of blocks that do not touch each other. */
function block(index: number): string {
  return `10.${(index >> 7) & 255}.${(index & 127) * 2}.0/24`;
}

/** A ruleset's IPv4 tables as iptables-save prints them. */
export function saveOf({ tables }: Ruleset): string {
  return printSave(tables.filter(({ family }) => family === 'ipv4'));
}
