import { outputOf } from './commands.ts';
import type { PathStep } from './observed.ts';
import { PROBE_TABLE } from './probe.ts';

/** Turns nft's rule handles into positions and leaves the probe's own chains out, for many packets in one listing. */
export async function withRuleIndexes(
  namespace: string,
  paths: readonly (readonly PathStep[])[],
): Promise<readonly (readonly PathStep[])[]> {
  // the end of a chain that a RETURN came back to is traced as a rule without a handle
  const own = paths.map((path) =>
    path.filter((step) => step.table !== PROBE_TABLE && !(step.kind === 'rule' && step.handle === null)),
  );
  if (!own.some((path) => path.some((step) => step.backend === 'nft'))) return own;
  const positions = rulePositions(await outputOf(namespace, ['nft', '-j', 'list', 'ruleset']));
  return own.map((path) =>
    path.map((step) => {
      const index = positions.get(`${step.family} ${step.table} ${step.chain} ${step.handle}`);
      return index === undefined ? step : { ...step, index };
    }),
  );
}

interface RuleEntry {
  readonly rule?: { readonly family: string; readonly table: string; readonly chain: string; readonly handle: number };
}

/** `family table chain handle` → 1-based position of the rule in its chain. */
function rulePositions(json: string): Map<string, number> {
  const { nftables } = JSON.parse(json) as { readonly nftables: readonly RuleEntry[] };
  const counted = new Map<string, number>();
  const positions = new Map<string, number>();
  for (const { rule } of nftables) {
    if (!rule) continue;
    const chain = `${rule.family} ${rule.table} ${rule.chain}`;
    const index = (counted.get(chain) ?? 0) + 1;
    counted.set(chain, index);
    positions.set(`${chain} ${rule.handle}`, index);
  }
  return positions;
}
