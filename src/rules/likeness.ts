import { isPortsMatch, type Match } from '../model/match.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import { printMatch } from '../print/iptables/index.ts';

/**
 * Whether a rule in nft's text can be the one that iptables-save printed. Less strict than `agrees`, because libxtables
 * translates some modules in its own way and leaves others out: what both have must be about the same things.
 */
export function resembles(listed: Rule, printed: Rule): boolean {
  const isPartial = listed.matches.some(({ kind }) => kind === 'unknown');
  const [there, here] = [new Set(listed.matches.flatMap(subjects)), new Set(printed.matches.flatMap(subjects))];
  const allPrinted = [...there].every((subject) => here.has(subject));
  return allPrinted && (isPartial || there.size === here.size) && sameTargets(listed.targets, printed.targets);
}

/** What a match looks at; addresses, interfaces and protocols with their values, which both print alike. */
function subjects(match: Match): readonly string[] {
  if (isPortsMatch(match)) {
    const { sourcePort, destinationPort, flags, rest } = match;
    return [...(sourcePort || destinationPort ? ['ports'] : []), ...(flags || rest ? ['header'] : [])];
  }
  switch (match.kind) {
    case 'source':
    case 'destination':
    case 'in-interface':
    case 'out-interface':
    case 'protocol':
    case 'fragment':
    case 'mark':
      return [printMatch(match)].filter((text) => text !== '');
    case 'multiport':
      return ['ports'];
    case 'conntrack':
    case 'state':
      return ['state'];
    case 'comment':
    case 'unknown':
      return [];
    case 'owner':
    case 'connmark':
    case 'iprange':
    case 'addrtype':
    case 'opaque':
      return [match.kind];
  }
}

function sameTargets(listed: readonly Target[], printed: readonly Target[]): boolean {
  if (listed.some(({ kind }) => kind === 'unknown')) return true;
  return listed.length === printed.length && listed.every(({ kind }, position) => kind === printed[position]?.kind);
}
