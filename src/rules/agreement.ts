import { isPortsMatch, type Match, type MatchOf, type PortsMatch } from '../model/match.ts';
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
    const at = left.findIndex((match) => modulesOf(match).includes(name));
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

/** What a kind of match or target is in the kernel. */
interface Kernel {
  /** The modules of xtables that it may be the print of. */
  readonly modules: readonly string[];
  /** Whether iptables-nft may write it with expressions of nft's own that do just the same. */
  readonly native: boolean;
}

const PLAIN: Kernel = { modules: [], native: true };
const STATE: Kernel = { modules: ['conntrack', 'state'], native: false };

const MATCHES: Readonly<Record<Match['kind'], Kernel>> = {
  source: PLAIN,
  destination: PLAIN,
  'in-interface': PLAIN,
  'out-interface': PLAIN,
  protocol: PLAIN,
  fragment: PLAIN,
  tcp: { modules: ['tcp'], native: true },
  udp: { modules: ['udp'], native: true },
  sctp: { modules: ['sctp'], native: true },
  dccp: { modules: ['dccp'], native: true },
  udplite: { modules: ['udplite'], native: true },
  multiport: { modules: ['multiport'], native: false },
  owner: { modules: ['owner'], native: false },
  mark: { modules: ['mark'], native: true },
  connmark: { modules: ['connmark'], native: false },
  conntrack: STATE,
  state: STATE,
  comment: { modules: ['comment'], native: true },
  iprange: { modules: ['iprange'], native: false },
  addrtype: { modules: ['addrtype'], native: false },
  // Their modules are told by their texts.
  opaque: PLAIN,
  unknown: PLAIN,
};

function modulesOf(match: Match): readonly string[] {
  if (match.kind === 'opaque') return [match.module];
  if (match.kind === 'unknown') return /^-m (\S+)/.exec(match.raw)?.slice(1) ?? [];
  return MATCHES[match.kind].modules;
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

function textsInKernel(match: Match): readonly string[] {
  const strange = !MATCHES[match.kind].native || (match.kind === 'opaque' && match.args.includes('over'));
  return strange ? [`native ${printMatch(match)}`] : texts(match);
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

// nft's own do something else where there is no connection, or no socket that listens.
const CONNMARK: Kernel = { modules: ['CONNMARK'], native: false };

const TARGETS: Readonly<Record<Target['kind'], Kernel>> = {
  accept: PLAIN,
  drop: PLAIN,
  return: PLAIN,
  jump: PLAIN,
  goto: PLAIN,
  redirect: { modules: ['REDIRECT'], native: true },
  dnat: { modules: ['DNAT'], native: true },
  snat: { modules: ['SNAT'], native: true },
  masquerade: { modules: ['MASQUERADE'], native: true },
  tproxy: { modules: ['TPROXY'], native: false },
  mark: { modules: ['MARK'], native: true },
  'connmark-set': CONNMARK,
  'connmark-save': CONNMARK,
  'connmark-restore': CONNMARK,
  ct: { modules: ['CT', 'NOTRACK'], native: false },
  reject: { modules: ['REJECT'], native: true },
  // Their modules are told by their texts.
  continue: PLAIN,
  unknown: PLAIN,
};

function sameTarget(kernel: Target, printed: Target): boolean {
  const name = moduleNamed(kernel);
  if (name !== null) return modulesOfTarget(printed).includes(name);
  if (kernel.kind === 'continue') return printed.kind === 'continue';
  return TARGETS[kernel.kind].native && printTarget(kernel) === printTarget(printed);
}

function modulesOfTarget(target: Target): readonly string[] {
  if (target.kind === 'continue') return target.module === 'log' ? ['LOG', 'NFLOG'] : [target.module];
  if (target.kind === 'unknown') return /^-j (\S+)/.exec(target.raw)?.slice(1) ?? [];
  return TARGETS[target.kind].modules;
}
