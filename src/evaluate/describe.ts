import { formatAddress, formatNetwork, type Network } from '../model/address.ts';
import {
  type IdRange,
  isPortsMatch,
  type Match,
  type Negatable,
  type PortRange,
  type PortsMatch,
} from '../model/match.ts';
import { protocolName } from '../model/protocol.ts';
import type { Condition, ConditionField, RuleReason } from '../model/reason.ts';
import { remembered } from '../model/remembered.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import { matchOutcome } from './match.ts';
import { matchesOf } from './merged-ports.ts';
import type { Semantics } from './semantics.ts';
import type { State } from './state.ts';

/** What a rule does when it matches, in a few words. */
export function describeAction(rule: Rule): string {
  return rule.targets.map(describeTarget).join(', ') || 'continue';
}

function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return target.kind;
    case 'jump':
    case 'goto':
      return `${target.kind} ${target.chain}`;
    case 'redirect':
      return target.ports ? `redirect ${formatPorts(target.ports)}` : 'redirect';
    case 'dnat':
    case 'snat':
      return `${target.kind} ${natText(target)}`;
    case 'tproxy':
      return `tproxy ${target.port} mark ${maskedText(target.mark)}`;
    case 'mark':
      return `set mark ${maskedText(target)}`;
    case 'connmark-set':
      return `set connmark ${maskedText(target)}`;
    case 'connmark-save':
      return 'save mark to connmark';
    case 'connmark-restore':
      return 'restore mark from connmark';
    case 'ct':
      return target.notrack ? 'notrack' : `ct zone ${target.zone ?? 0}`;
    case 'masquerade':
      return 'masquerade';
    case 'reject':
      return target.with ? `reject with ${target.with}` : 'reject';
    case 'continue':
      return `${target.module}, continue`;
    case 'unknown':
      return `unknown target ${target.raw}`;
  }
}

function natText(target: Extract<Target, { kind: 'dnat' | 'snat' }>): string {
  const address = target.address ? formatAddress(target.address.family, target.address.from) : '';
  return target.ports ? `${address}:${formatPorts(target.ports)}` : address;
}

/** The conditions that decided: the first that does not hold, else the first that is open, else all of them. */
export function reasonOf(rule: Rule, state: State, semantics: Semantics): RuleReason {
  const matches = matchesOf(rule, semantics);
  let open: Match | null = null;
  for (const match of matches) {
    const outcome = matchOutcome(match, state, semantics);
    if (outcome === 'no-match') return { kind: 'rule', outcome, conditions: conditionsOf(match, state) };
    if (outcome === 'undetermined') open ??= match;
  }
  if (open !== null) return { kind: 'rule', outcome: 'undetermined', conditions: conditionsOf(open, state) };
  return { kind: 'rule', outcome: 'match', conditions: matches.flatMap((match) => conditionsOf(match, state)) };
}

/** A trace repeats the same blocks for every packet. */
const networkText = remembered((network: Network) => formatNetwork(network));

/** The packet's value beside the rule's. */
function conditionsOf(match: Match, state: State): Condition[] {
  if (isPortsMatch(match)) return portConditions(match, state);
  switch (match.kind) {
    case 'source':
    case 'destination': {
      const address = match.kind === 'source' ? state.source : state.destination;
      return [wants(match.kind, formatAddress(state.family, address), match, networkText(match.network))];
    }
    case 'in-interface':
      return [wants('in-interface', state.inInterface || null, match, match.name)];
    case 'out-interface':
      return [wants('out-interface', state.outInterface || null, match, match.name)];
    case 'protocol':
      return [wants('protocol', protocolName(state.protocol), match, protocolName(match.protocol))];
    case 'multiport':
      return [wants('ports', numberText(state.destinationPort), match, match.ports.map(formatPorts).join(','))];
    case 'owner':
      return ownerConditions(match, state);
    case 'mark':
      return [wants('mark', hex(state.mark), match, maskedText(match))];
    case 'connmark':
      return [wants('connmark', hex(state.connmark), match, maskedText(match))];
    case 'conntrack':
    case 'state':
      return match.states
        ? [wants('state', state.ctState, match.states, match.states.value.join(','))]
        : [{ kind: 'quoted', text: match.kind }];
    case 'fragment':
    case 'iprange':
    case 'addrtype':
      return [{ kind: match.kind }];
    case 'comment':
      return [];
    case 'opaque':
      return [{ kind: 'quoted', text: `${match.module} ${match.args.join(' ')}` }];
    case 'unknown':
      return [{ kind: 'unknown', raw: match.raw }];
  }
}

function portConditions(match: PortsMatch, state: State): Condition[] {
  const conditions: Condition[] = [];
  if (match.sourcePort) conditions.push(portCondition('source port', state.sourcePort, match.sourcePort));
  if (match.destinationPort)
    conditions.push(portCondition('destination port', state.destinationPort, match.destinationPort));
  if (match.flags) conditions.push({ kind: 'flags', protocol: match.kind });
  if (match.rest && match.rest.length > 0) conditions.push({ kind: 'quoted', text: match.rest.join(' ') });
  return conditions;
}

function portCondition(
  field: ConditionField,
  port: number | null,
  condition: Negatable<readonly PortRange[]>,
): Condition {
  return wants(field, numberText(port), condition, condition.value.map(formatPorts).join(','));
}

function ownerConditions(match: Extract<Match, { kind: 'owner' }>, { owner }: State): Condition[] {
  if (owner === null) return [{ kind: 'socket', exists: false }];
  const conditions: Condition[] = [];
  if (match.uid) conditions.push(wants('uid', numberText(owner.uid), match.uid, formatIds(match.uid.value)));
  if (match.gid) conditions.push(wants('gid', numberText(owner.gid), match.gid, formatIds(match.gid.value)));
  if (match.socketExists) conditions.push({ kind: 'socket', exists: true });
  return conditions;
}

function wants(
  field: ConditionField,
  value: string | null,
  { negated }: { negated: boolean },
  wanted: string,
): Condition {
  return { kind: 'wants', field, value, wanted, negated };
}

function numberText(number: number | null | undefined): string | null {
  return number === null || number === undefined ? null : String(number);
}

function formatPorts(range: PortRange): string {
  return range.from === range.to ? String(range.from) : `${range.from}:${range.to}`;
}

function formatIds(range: IdRange): string {
  return range.from === range.to ? String(range.from) : `${range.from}-${range.to}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function maskedText({ value, mask }: { value: number; mask: number }): string {
  return mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
}
