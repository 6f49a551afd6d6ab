import { isPortsMatch, type Match } from '../model/match.ts';
import type { Target } from '../model/target.ts';

/**
 * What whoever wrote a rule could choose freely in a match: all other words of it are numbers, addresses and names of
 * ours. Null for a match of which some words are not understood.
 */
export function freeTexts(match: Match): readonly string[] | null {
  if (isPortsMatch(match)) return match.rest === undefined ? [] : null;
  switch (match.kind) {
    case 'unknown':
    case 'opaque':
      return null;
    case 'comment':
      return [match.text];
    case 'in-interface':
    case 'out-interface':
      return [match.name];
    case 'conntrack':
      return match.rest === undefined ? [] : null;
    case 'source':
    case 'destination':
    case 'protocol':
    case 'fragment':
    case 'multiport':
    case 'owner':
    case 'mark':
    case 'connmark':
    case 'state':
    case 'iprange':
    case 'addrtype':
      return [];
  }
}

/** The same of a target. */
export function freeTextsOfTarget(target: Target): readonly string[] | null {
  switch (target.kind) {
    case 'unknown':
    case 'continue':
      return null;
    case 'jump':
    case 'goto':
      return [target.chain];
    case 'reject':
      return target.with === undefined ? [] : [target.with];
    case 'ct':
      return target.rest.length > 0 ? null : [];
    case 'accept':
    case 'drop':
    case 'return':
    case 'redirect':
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'tproxy':
    case 'mark':
    case 'connmark-set':
    case 'connmark-save':
    case 'connmark-restore':
      return [];
  }
}
