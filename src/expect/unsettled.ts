import type { Gap, Obstacle } from '../model/pod.ts';
import { findChain } from '../model/ruleset.ts';
import type { Context } from './context.ts';

/**
 * NAT1004 where rules are missing that what was shown need not have: at the end of a listing, or in what somebody handed to
 * iptables-restore. Only rules that are as expected are taken at their word there.
 */
export function unsettled(context: Context): Obstacle[] {
  const { different, layout, pod } = context;
  if (pod.obstacles.some(({ lost }) => lost !== undefined)) return [];
  if (different.length === 0 && layout.isComplete()) return [];
  return [...asked(context), ...cutListings(context)].slice(0, 1);
}

/** iptables-restore adds to what is there, and what it was given once says nothing of what came before or after. */
function asked({ pod }: Context): Obstacle[] {
  const shown = pod.shown ?? [];
  const [first] = shown;
  if (first === undefined || shown.some(({ form }) => form !== 'restore')) return [];
  return [
    {
      code: 'NAT1004',
      message: `${first.source} shows what was asked for and not what the kernel holds, and that is not all that Istio writes: other rules may be there all the same`,
      remedy: 'Give what iptables-save prints in the network namespace of the pod',
      concerns: 'rules',
      lost: 'anywhere',
    },
  ];
}

/**
 * Nothing marks the end of a listing, so where rules of Istio's are missing at its very end it may have been cut off (by
 * `head`, a terminal, a log), and a chain that was flushed looks the same.
 */
function cutListings({ pod, expected, layout }: Context): Obstacle[] {
  const isShort = ({ table: { family, name }, chain }: Gap) =>
    expected.tables.some((table) => {
      if (table.family !== family || table.name !== name) return false;
      const own = findChain(table, chain);
      return own?.rules.some((rule) => layout.liveCount({ table, chain: own, rule }) === 0) === true;
    });
  const short = (pod.ends ?? []).find(isShort);
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
