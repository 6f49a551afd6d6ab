import type { Obstacle } from '../model/pod.ts';
import type { Lack, ShownTable } from '../model/shown.ts';
import { ASK_FOR_SOCKETS } from '../model/shown-sockets.ts';
import { headOf } from '../parse/head.ts';
import type { Part, SavedText } from './part.ts';
import { waysIn } from './rights.ts';
import { refusalIn, speaksOfRights } from './seen.ts';

/**
 * NAT1004 where texts have no socket and nothing says what they would have shown: `ss -H` prints nothing where nobody listens
 * and nothing where it failed, and its header is the same above no listeners and above no connections.
 */
export function blank(parts: readonly Part[]): Obstacle[] {
  const own = parts.filter(({ kind }) => kind === 'sockets');
  const [first] = own;
  if (first === undefined || own.some(({ sockets, obstacles }) => sockets !== null || obstacles.length > 0)) return [];
  const message = `${first.name} shows no socket and not what was asked for: if listeners were, nobody listens, and whatever is redirected is refused (NAT0801)`;
  const remedy = `Give it with the command above it, as a terminal shows both: # ${ASK_FOR_SOCKETS}`;
  return [{ code: 'NAT1004', message, remedy, concerns: 'sockets' }];
}

/** Tables of a text that were not shown whole, in one sentence with the first sign of it: a save that lost lines is damaged (NAT1003). */
export function lacking(shown: readonly ShownTable[]): Obstacle[] {
  const isWholeElsewhere = ({ family, table }: ShownTable) =>
    shown.some((other) => other.family === family && other.table === table && other.lacks.length === 0);
  const partial = shown.filter((one) => one.lacks.length > 0 && !isWholeElsewhere(one));
  const [first] = partial;
  const [lack] = first?.lacks ?? [];
  if (first === undefined || lack === undefined) return [];
  const others = new Set(partial.map(({ table }) => table)).size - 1;
  const more = others > 0 ? ` (so with ${others} more)` : '';
  const message = `${first.source} does not show all of the table ${first.table}${more}: ${lack.what}`;
  const inGaps = partial.every(({ lacks }) => lacks.every((one: Lack) => one.inGaps === true));
  const remedy = lack.instead.replaceAll('TABLE', first.table);
  const code = first.form === 'save' ? 'NAT1003' : 'NAT1004';
  return [{ code, message, remedy, concerns: 'rules', lost: inGaps ? 'in-gaps' : 'anywhere' }];
}

/** Beside tables of which the family is known, one of which it is not may be of the other. */
export function ofUnsaidFamily(parts: readonly Part[]): Obstacle[] {
  const saved = parts.filter(({ shown }) => shown.length > 0);
  const unsaid = saved.find(({ unsaidFamily = null }) => unsaidFamily !== null);
  if (unsaid === undefined || saved.every(({ unsaidFamily = null }) => unsaidFamily !== null)) return [];
  return [
    {
      code: 'NAT1004',
      message: `nothing in ${unsaid.name} says whether its table ${unsaid.unsaidFamily} is of IPv4 or of IPv6`,
      remedy: 'Give the output of iptables-save (or ip6tables-save) whole: its first line says which it is',
      concerns: 'rules',
      lost: 'anywhere',
    },
  ];
}

/** NAT1003 where a text says itself that it does not show a table, or not all of it, and no listing of nft does. */
export function unshown(parts: readonly Part[]): Obstacle[] {
  if (parts.some(({ kind }) => kind === 'nft')) return [];
  return parts.flatMap(({ name, unprinted = [] }) => {
    const [first] = unprinted;
    if (first === undefined) return [];
    const names = [...new Set(unprinted.map(({ table }) => table))].join(', ');
    const message = `${name} says (line ${first.line}) that iptables cannot show the table ${names}, or not all of it: nft wrote there`;
    const remedy =
      'Give what `nft list ruleset` prints in the same network namespace as well: --rules takes several files';
    return [{ code: 'NAT1003', message, remedy, concerns: 'rules' }];
  });
}

const ACCEPTED =
  'iptables-save, iptables -S, iptables -L -n -v, nft list ruleset, nft -j list ruleset, or a log that ends in a save';

/** No rules in any of the texts: that does not mean that the pod has none. */
export function nothingFound(inputs: readonly SavedText[], parts: readonly Part[]): Obstacle[] {
  const isTold = ({ kind, obstacles }: Part) =>
    kind === 'iptables' || kind === 'nft' || (kind === 'unrecognized' && obstacles.length > 0);
  if (parts.some(isTold)) return [];
  const refused = inputs.find((input) => speaksOfRights(input.text));
  if (refused !== undefined) {
    const message = `${refused.name} holds no rules, only the message of a tool that lacked rights: ${refusalIn(refused.text)}`;
    return [{ code: 'NAT1001', message, remedy: waysIn(), concerns: 'rules' }];
  }
  const names = inputs.map((input) => input.name).join(', ');
  if (parts.some(({ kind }) => kind === 'sockets')) {
    const message = `${names} is what ss prints: it shows sockets, and there are no rules in it`;
    const remedy = `Name it with --sockets, and give the rules with --rules: the output of ${ACCEPTED}`;
    return [{ code: 'NAT1003', message, remedy, concerns: 'rules' }];
  }
  const [head] = inputs.flatMap((input) => headOf(input.text) ?? []);
  const said = head ?? 'it is empty, and an empty text does not say that there are no rules';
  const message = `no rules were recognised in ${names}: ${said}`;
  return [{ code: 'NAT1003', message, remedy: `Give it the output of ${ACCEPTED}`, concerns: 'rules' }];
}
