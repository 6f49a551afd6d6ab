import type { Match, Negatable, PortRange, PortsMatch } from '../model/match.ts';
import { remembered } from '../model/remembered.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Semantics } from './semantics.ts';

/**
 * `! --sport 1 ! --dport 2` (`tcp sport != 1 tcp dport != 2`): iptables-nft 1.8.9 and nft 1.0.6 make one comparison of
 * both ports out of it, so that the rule matches unless both are those named, and list it as if nothing had happened.
 * Other versions may do what the text says. Only single ports are merged; x_tables never does it.
 */
export function isMerged({ sourcePort, destinationPort }: PortsMatch, semantics: Semantics): boolean {
  return semantics !== 'xt' && isOneOtherPort(sourcePort) && isOneOtherPort(destinationPort);
}

function isOneOtherPort(ports: Negatable<readonly PortRange[]> | undefined): boolean {
  return ports?.negated === true && ports.value.length === 1 && ports.value[0]?.from === ports.value[0]?.to;
}

/** The conditions of a rule, those on both ports as one where they may be one in the kernel. */
export function matchesOf(rule: Rule, semantics: Semantics): readonly Match[] {
  return semantics === 'nft' ? mergedPorts(rule) : rule.matches;
}

const mergedPorts = remembered(({ matches }: Rule) => mergePorts(matches));

/** nft lists the ports one by one, wherever they stood in the rule. */
function mergePorts(matches: readonly Match[]): readonly Match[] {
  const ports = matches.filter(isPorts);
  const source = ports.find(({ sourcePort }) => isOneOtherPort(sourcePort));
  const destination = ports.find(({ destinationPort }) => isOneOtherPort(destinationPort));
  if (source === undefined || destination === undefined || source === destination) return matches;
  const both: PortsMatch = { ...source, ...destination };
  return source.kind === destination.kind
    ? [...matches.filter((match) => match !== source && match !== destination), both]
    : matches;
}

function isPorts(match: Match): match is PortsMatch {
  return 'sourcePort' in match || 'destinationPort' in match;
}
