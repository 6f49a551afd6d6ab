import type { Obstacle } from '../model/pod.ts';
import { findChain } from '../model/ruleset.ts';
import type { Context } from './context.ts';

/**
 * NAT1004 where rules of Istio's are missing at the very end of a listing. Nothing marks that end, so the listing may have
 * been cut off there (by `head`, a terminal, a log), and a chain that was flushed looks the same.
 */
export function cutListings({ pod, expected, layout }: Context): Obstacle[] {
  const short = (pod.ends ?? []).find(({ table: { family, name }, chain }) =>
    expected.tables.some((table) => {
      if (table.family !== family || table.name !== name) return false;
      const own = findChain(table, chain);
      return own?.rules.some((rule) => layout.liveCount({ table, chain: own, rule }) === 0) === true;
    }),
  );
  if (short === undefined) return [];
  const { source, line, chain, table } = short;
  return [
    {
      code: 'NAT1004',
      message: `${source} ends at line ${line}, where rules of the chain ${chain} are missing, and nothing marks the end of a listing: they may be lost from the pod or from the text`,
      remedy: `Give the output of iptables-save -t ${table.name}, which ends with COMMIT`,
      concerns: 'rules',
      lost: 'anywhere',
    },
  ];
}
