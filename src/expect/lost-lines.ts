import { isIstioChainName } from '../istio/names.ts';
import { PORT } from '../istio/ports.ts';
import type { Match } from '../model/match.ts';
import type { Gap, Obstacle } from '../model/pod.ts';
import { findChain, type Rule, rulesOf } from '../model/ruleset.ts';
import { lackingHooks } from '../parse/iptables/identify.ts';
import type { Context } from './context.ts';
import { heldBack } from './held-back.ts';

/** A rule without a target, beside one that is missing, is what is left of a line that was damaged. */
export function cutRules({ pod, expected, layout }: Context): Obstacle[] {
  if ((pod.shown ?? []).length === 0) return [];
  const missed = rulesOf(expected).filter((where) => layout.liveCount(where) === 0);
  const first = pod.ruleset.tables
    .flatMap((table) => table.chains.map((chain) => ({ table, chain })))
    .filter(({ table, chain }) => missed.some((one) => one.table.name === table.name && one.chain.name === chain.name))
    .flatMap(({ chain }) => chain.rules)
    .find(({ targets }) => targets.length === 0);
  if (first === undefined) return [];
  const { source, line } = first.origin;
  return heldBack(
    'NAT1003',
    `the rule in line ${line} of ${source} has no target, where another is missing: the line may have lost a part`,
    'Give the output of iptables-save, or of nft list ruleset, as it was printed',
  );
}

/** `--to-ports 150` at the end of a rule: nobody means that port, and what cuts lines makes it of 15001. */
export function cutPorts({ pod, config }: Context): Obstacle[] {
  if ((pod.shown ?? []).length === 0) return [];
  const ports = [config.proxyPort, config.inboundCapturePort, PORT.dns].map(String);
  const ids = [...config.proxyUid, ...config.proxyGid].map(String);
  const isCutPort = ({ text, targets }: Rule) =>
    targets.some((target) => {
      const port = target.kind === 'redirect' || target.kind === 'tproxy' ? portOf(target) : null;
      return port !== null && text.endsWith(port) && isBeginning(port, ports);
    });
  // Others ask for such ids in earnest: 13 is squid's.
  const isCutId = ({ matches }: Rule, chain: string) =>
    isIstioChainName(chain) && matches.some((match) => idsOf(match).some((id) => isBeginning(id, ids)));
  const first = pod.ruleset.tables
    .flatMap(({ chains }) => chains.flatMap(({ name, rules }) => rules.map((rule) => ({ name, rule }))))
    .find(({ name, rule }) => isCutPort(rule) || isCutId(rule, name))?.rule;
  if (first === undefined) return [];
  const { source, line } = first.origin;
  return heldBack(
    'NAT1003',
    `line ${line} of ${source} has only the first digits of a port or id of Istio's, so its end may have been cut off`,
    'Give the output of iptables-save, or of nft list ruleset, as it was printed',
  );
}

function isBeginning(digits: string, of: readonly string[]): boolean {
  return of.some((own) => own !== digits && own.startsWith(digits));
}

/** Single ids that a rule asks for; in rows of a listing they stand at the end. */
function idsOf(match: Match): string[] {
  if (match.kind !== 'owner') return [];
  return [match.uid, match.gid].flatMap((id) => (id && id.value.from === id.value.to ? [String(id.value.from)] : []));
}

function portOf(target: Extract<Rule['targets'][number], { kind: 'redirect' | 'tproxy' }>): string | null {
  const port = target.kind === 'redirect' ? target.ports?.from : target.port;
  return port === undefined || port === null ? null : String(port);
}

/**
 * A save declares the built-in chains of its tables. Where one is not declared, lines were lost, and its rules may be among
 * them: none is called missing there, and nothing is vouched for.
 */
export function undeclaredHooks({ pod, expected, layout }: Context): Obstacle[] {
  for (const { family, table: name, form, source } of pod.shown ?? []) {
    const table = pod.ruleset.tables.find((one) => one.family === family && one.name === name);
    if (form !== 'save' || table === undefined) continue;
    const [chain] = lackingHooks(
      table.chains.map((one) => one.name),
      name,
    );
    if (chain === undefined) continue;
    const isMissed = rulesOf(expected).some(
      (where) => where.table.family === family && where.table.name === name && layout.liveCount(where) === 0,
    );
    return [
      {
        code: 'NAT1003',
        message: `${source} does not declare ${chain} in the table ${name}, as every save does: lines of it were lost`,
        remedy: `Give the output of iptables-save whole, from *${name} to COMMIT`,
        concerns: 'rules',
        ...(isMissed && { lost: 'anywhere' as const }),
      },
    ];
  }
  return [];
}

/**
 * Nothing marks the end of a listing, so where rules of Istio's are missing at its very end it may have been cut off (by
 * `head`, a terminal, a log), and a chain that was flushed looks the same.
 */
export function cutListings({ pod, expected, layout }: Context): Obstacle[] {
  const isShort = ({ table: { family, name }, chain }: Gap) =>
    expected.tables.some((table) => {
      if (table.family !== family || table.name !== name) return false;
      const own = findChain(table, chain);
      return own?.rules.some((rule) => layout.liveCount({ table, chain: own, rule }) === 0) === true;
    });
  const short = (pod.ends ?? []).find(isShort);
  if (short === undefined) return [];
  const { source, line, chain, table } = short;
  return heldBack(
    'NAT1004',
    `${source} ends at line ${line}, where rules of the chain ${chain} are missing, and nothing marks the end of a listing: they may be lost from the pod or from the text`,
    `Give the output of iptables-save -t ${table.name}, which ends with COMMIT`,
  );
}
