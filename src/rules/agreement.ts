import type { Match, MatchOf, PortsMatch } from '../model/match.ts';
import { protocolNumber } from '../model/protocol.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import { printMatch, printTarget } from '../print/iptables/index.ts';

/**
 * Whether what a tool printed as a rule can be the rule that the kernel holds. Every expression that nft shows of it has
 * to stand in the print, and nothing else; of a module of xtables nft shows the name, so there has to be a match or
 * target of that module, whose options only the print tells.
 */
export function agrees(kernel: Rule, printed: Rule): boolean {
  return sameMatches(kernel.matches, printed.matches) && sameTargets(kernel.targets, printed.targets);
}

/** Whether nft shows all of a rule: it has no module of xtables. */
export function isWhole({ matches, targets }: Rule): boolean {
  return ![...matches, ...targets].some((part) => moduleNamed(part) !== null);
}

/** `xt match owner`, `xt target REDIRECT`: what nft has of a module in JSON. */
function moduleNamed(part: Match | Target): string | null {
  const found = part.kind === 'unknown' ? /^xt (?:match|target) (.+)$/s.exec(part.raw) : null;
  return found?.[1] ?? null;
}

function sameMatches(kernel: readonly Match[], printed: readonly Match[]): boolean {
  const modules = kernel.flatMap((match) => moduleNamed(match) ?? []);
  const left = withoutModules(printed, modules);
  if (left === null) return false;
  const native = kernel.filter((match) => moduleNamed(match) === null).flatMap(textsInKernel);
  return sameTexts(
    [...native, ...modules.flatMap(protocolText)],
    [...left.flatMap(texts), ...modules.flatMap(protocolText)],
  );
}

/** What was printed, less one match of each module; null where there is none of one. */
function withoutModules(printed: readonly Match[], modules: readonly string[]): readonly Match[] | null {
  const left = [...printed];
  for (const name of modules) {
    const at = left.findIndex((match) => moduleOf(match).includes(name));
    if (at >= 0) left.splice(at, 1);
    // Of a protocol's module without options nothing but the protocol is printed.
    else if (protocolNumber(name) === null) return null;
  }
  return left;
}

function sameTexts(kernel: readonly string[], printed: readonly string[]): boolean {
  const [ours, theirs] = [new Set(kernel), new Set(printed)];
  return ours.size === theirs.size && [...ours].every((text) => theirs.has(text));
}

/** The modules of xtables that a match may be the print of. */
function moduleOf(match: Match): readonly string[] {
  switch (match.kind) {
    case 'source':
    case 'destination':
    case 'in-interface':
    case 'out-interface':
    case 'protocol':
    case 'fragment':
      return [];
    case 'conntrack':
    case 'state':
      return ['conntrack', 'state'];
    case 'opaque':
      return [match.module];
    case 'unknown':
      return /^-m (\S+)/.exec(match.raw)?.slice(1) ?? [];
    default:
      return [match.kind];
  }
}

/** A match in pieces that both sides have, however they put them together: each port by itself, and the protocol. */
function texts(match: Match): readonly string[] {
  if (isPortsMatch(match)) return [...portTexts(match), ...protocolText(match.kind)];
  if (match.kind === 'opaque' && match.module === 'limit') return ['-m limit'];
  if (isNoInterface(match)) return [printMatch({ ...match, negated: true, name: '+' })];
  return [printMatch(match)].filter((text) => text !== '');
}

/** iptables-nft writes `! -i +` as a name that no interface can have. */
function isNoInterface(match: Match): match is MatchOf<'in-interface' | 'out-interface'> {
  return (match.kind === 'in-interface' || match.kind === 'out-interface') && match.name === 'INVAL/D';
}

/** Of these iptables-nft writes none with expressions of nft's own, and those do not quite do the same. */
const NEVER_NATIVE: ReadonlySet<Match['kind']> = new Set([
  'multiport',
  'owner',
  'connmark',
  'conntrack',
  'state',
  'iprange',
  'addrtype',
]);

function textsInKernel(match: Match): readonly string[] {
  const strange = NEVER_NATIVE.has(match.kind) || (match.kind === 'opaque' && match.args.includes('over'));
  return strange ? [`native ${printMatch(match)}`] : texts(match);
}

function isPortsMatch(match: Match): match is PortsMatch {
  return ['tcp', 'udp', 'sctp', 'dccp', 'udplite'].includes(match.kind);
}

function portTexts({ kind, sourcePort, destinationPort, flags, rest }: PortsMatch): readonly string[] {
  const bare = printMatch({ kind });
  return [
    ...(sourcePort ? [printMatch({ kind, sourcePort })] : []),
    ...(destinationPort ? [printMatch({ kind, destinationPort })] : []),
    ...(flags ? [printMatch({ kind, flags })] : []),
    ...(rest ? [printMatch({ kind, rest })] : []),
  ].filter((text) => text !== bare);
}

function protocolText(name: string): readonly string[] {
  const protocol = protocolNumber(name);
  return protocol === null ? [] : [printMatch({ kind: 'protocol', negated: false, protocol })];
}

function sameTargets(kernel: readonly Target[], printed: readonly Target[]): boolean {
  return (
    kernel.length === printed.length &&
    kernel.every((target, position) => {
      const other = printed[position];
      return other !== undefined && sameTarget(target, other);
    })
  );
}

/** nft's own act differently where there is no connection, or no socket that listens. */
const NEVER_NATIVE_TARGETS: ReadonlySet<Target['kind']> = new Set([
  'tproxy',
  'ct',
  'connmark-set',
  'connmark-save',
  'connmark-restore',
]);

function sameTarget(kernel: Target, printed: Target): boolean {
  const name = moduleNamed(kernel);
  if (name !== null) return moduleOfTarget(printed).includes(name);
  if (kernel.kind === 'continue') return printed.kind === 'continue';
  return !NEVER_NATIVE_TARGETS.has(kernel.kind) && printTarget(kernel) === printTarget(printed);
}

function moduleOfTarget(target: Target): readonly string[] {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'jump':
    case 'goto':
      return [];
    case 'connmark-set':
    case 'connmark-save':
    case 'connmark-restore':
      return ['CONNMARK'];
    case 'ct':
      return ['CT', 'NOTRACK'];
    case 'continue':
      return target.module === 'log' ? ['LOG', 'NFLOG'] : [target.module];
    case 'unknown':
      return /^-j (\S+)/.exec(target.raw)?.slice(1) ?? [];
    default:
      return [target.kind.toUpperCase()];
  }
}
