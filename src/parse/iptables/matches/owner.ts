import type { IdRange, OwnerMatch } from '../../../model/match.ts';
import { bad, type MatchModule, type Option, type Trouble, unresolvable } from '../module.ts';
import { looksLikeName, parseInteger } from '../values.ts';

/** `-m owner`: the socket that sent the packet. */
export const OWNER_MODULES: Readonly<Record<string, MatchModule>> = {
  owner: { options: { 'uid-owner': 1, 'gid-owner': 1, 'socket-exists': 0, 'suppl-groups': 0 }, build: buildOwner },
};

function buildOwner(options: readonly Option[]): OwnerMatch | Trouble {
  let match: OwnerMatch = { kind: 'owner' };
  for (const option of options) {
    if (option.name === 'socket-exists') match = { ...match, socketExists: { negated: option.negated } };
    else if (option.name === 'suppl-groups') match = { ...match, supplementaryGroups: true };
    else {
      const value = parseIds(option);
      if ('kind' in value) return value;
      const owner = { negated: option.negated, value };
      match = option.name === 'uid-owner' ? { ...match, uid: owner } : { ...match, gid: owner };
    }
  }
  return match;
}

function parseIds(option: Option): IdRange | Trouble {
  const text = option.values[0] ?? '';
  const cut = text.indexOf('-');
  const from = parseInteger(cut < 0 ? text : text.slice(0, cut));
  const to = cut < 0 ? from : parseInteger(text.slice(cut + 1));
  if (from !== null && to !== null && from <= to) return { from, to };
  const who = option.name === 'uid-owner' ? 'a user name' : 'a group name';
  return looksLikeName(text) ? unresolvable(option, who) : bad(option, 'a number or a range from-to');
}
