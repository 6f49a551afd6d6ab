import { PORT } from '../istio/ports.ts';
import { type Gap, isCovered, type Obstacle } from '../model/pod.ts';
import { findChain, type Rule, type Table } from '../model/ruleset.ts';
import { lackingHooks } from '../parse/iptables/identify.ts';
import type { Context } from './context.ts';

/**
 * NAT1004 where rules are missing that what was shown need not have: at the end of a listing, beside a chain that may have been listed alone, or in what somebody handed to
 * iptables-restore. Only rules that are as expected are taken at their word there.
 */
export function unsettled(context: Context): Obstacle[] {
  const { different, layout, pod } = context;
  if (pod.obstacles.some(({ lost }) => lost !== undefined)) return [];
  if (different.length === 0 && layout.isComplete()) return undeclaredHooks(context);
  const found = [asked, onlyChains, withoutNat, cutPorts, cutListings, undeclaredHooks].flatMap((of) => of(context));
  return found.slice(0, 1);
}

/** Inputs that decide what stands in other tables, and that rules in nat tell. */
const TOLD_BY_NAT = ['interceptionMode', 'inboundPortsInclude', 'redirectDns', 'dropInvalid'] as const;

/** Istio's redirects stand in nat: without it, what other tables were written from can only be guessed. */
function withoutNat({ pod, expected, families, origin }: Context): Obstacle[] {
  const [first] = pod.shown ?? [];
  const isGuessed = TOLD_BY_NAT.some((key) => [undefined, 'inferred', 'default'].includes(origin[key]));
  const isNat = ({ chains }: Table) => chains.some(({ base, rules }) => base?.type === 'nat' || rules.some(redirects));
  const nat = expected.tables.find(
    (table) => isNat(table) && (table.family === 'inet' || families.includes(table.family)) && !isCovered(pod, table),
  );
  if (first === undefined || nat === undefined || !isGuessed) return [];
  const remedy = `Give the output of ${nat.backend === 'nftables' ? '`nft list ruleset`' : 'iptables-save'}, whole`;
  return [
    {
      code: 'NAT1004',
      message: `${first.source} does not show the table ${nat.name}, by which one could tell what the others were written from`,
      remedy,
      concerns: 'rules',
      lost: 'anywhere',
    },
  ];
}

function redirects({ targets }: Rule): boolean {
  return targets.some(({ kind }) => kind === 'redirect');
}

/** `--to-ports 150` at the end of a rule: nobody means that port, and what cuts lines makes it of 15001. */
function cutPorts({ pod, config }: Context): Obstacle[] {
  if ((pod.shown ?? []).length === 0) return [];
  const ports = [config.proxyPort, config.inboundCapturePort, PORT.dns].map(String);
  const isCut = ({ text, targets }: Rule) =>
    targets.some((target) => {
      const port = target.kind === 'redirect' || target.kind === 'tproxy' ? portOf(target) : null;
      return port !== null && text.endsWith(port) && ports.some((own) => own !== port && own.startsWith(port));
    });
  const first = pod.ruleset.tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules)).find(isCut);
  if (first === undefined) return [];
  const { source, line } = first.origin;
  return [
    {
      code: 'NAT1003',
      message: `line ${line} of ${source} ends in the first digits of a port of Istio's, so its end may have been cut off`,
      remedy: 'Give the output of iptables-save, or of nft list ruleset, as it was printed',
      concerns: 'rules',
      lost: 'anywhere',
    },
  ];
}

function portOf(target: Extract<Rule['targets'][number], { kind: 'redirect' | 'tproxy' }>): string | null {
  const port = target.kind === 'redirect' ? target.ports?.from : target.port;
  return port === undefined || port === null ? null : String(port);
}

/**
 * A save declares the built-in chains of its tables. Where one is not declared, lines were lost, and its rules may be among
 * them: none is called missing there, and nothing is vouched for.
 */
function undeclaredHooks({ pod, expected, layout }: Context): Obstacle[] {
  for (const { family, table: name, form, source } of pod.shown ?? []) {
    const table = pod.ruleset.tables.find((one) => one.family === family && one.name === name);
    if (form !== 'save' || table === undefined) continue;
    const [chain] = lackingHooks(
      table.chains.map((one) => one.name),
      name,
    );
    if (chain === undefined) continue;
    const isMissed = expected.tables
      .filter((one) => one.family === family && one.name === name)
      .some((one) => {
        const own = findChain(one, chain);
        return own?.rules.some((rule) => layout.liveCount({ table: one, chain: own, rule }) === 0) === true;
      });
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

/** What `nft list chain` prints looks like a table that has no other chains, where Istio writes to others as well. */
function onlyChains({ pod, expected }: Context): Obstacle[] {
  const first = (pod.alone ?? []).find(({ table: name }) => {
    const shown = pod.ruleset.tables.find((one) => one.name === name);
    const own = expected.tables.filter((one) => one.name === name).flatMap(({ chains }) => chains);
    return own.some((chain) => chain.rules.length > 0 && !(shown && findChain(shown, chain.name)));
  });
  if (first === undefined) return [];
  return [
    {
      code: 'NAT1004',
      message: `${first.source} shows one chain of the table ${first.table}, and no command above it says that there are no others`,
      remedy: 'Give the output of `nft list ruleset`, whole',
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
