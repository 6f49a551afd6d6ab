import { coversFamily, type Rule, type Ruleset, type Table } from '../model/ruleset.ts';
import { nativeName, nativePlane, nativeTable } from './names.ts';
import { DNS, IN } from './native-chains.ts';
import { PORT } from './ports.ts';

/**
 * Whether a table is one of Istio's native ones that neither the configuration nor the pod's nat rules have a use for.
 * Istio flushes only the tables it writes to, so that the rules of a feature that was switched off stay: DNS capture
 * (raw), TPROXY and the drop of INVALID packets (mangle).
 */
export function isStale(table: Table, expected: Ruleset, live: Ruleset): boolean {
  if (!isNative(table) || table.chains.every(({ rules }) => rules.length === 0)) return false;
  const plane = nativePlane(table.name);
  const native = expected.tables.filter(({ backend }) => backend === 'nftables');
  const wanted = native.some(({ name }) => name === table.name);
  return native.some(({ name }) => nativePlane(name) === plane) && !wanted && !isInUse(table, live);
}

/** What such tables say about features that are off, where nobody declared the features. */
export function featuresLeft(ruleset: Ruleset): {
  readonly redirectDns?: false;
  readonly interceptionMode?: 'REDIRECT';
} {
  const left = ruleset.tables.filter((table) => isNative(table) && isLeft(table, ruleset));
  return {
    ...(left.some(({ name }) => name.endsWith('raw')) ? { redirectDns: false } : {}),
    ...(left.some(({ name }) => name.endsWith('mangle')) ? { interceptionMode: 'REDIRECT' } : {}),
  };
}

/** Rules that only make sense together with rules of nat that are not there, though nat was written. */
function isLeft(table: Table, ruleset: Ruleset): boolean {
  const belongs = table.name.endsWith('raw') ? rulesOf(table).length > 0 : usesTproxy(table);
  return belongs && rulesOf(natBeside(table, ruleset)).length > 0 && !isInUse(table, ruleset);
}

function isInUse(table: Table, ruleset: Ruleset): boolean {
  const nat = natBeside(table, ruleset);
  if (table.name.endsWith('raw')) return rulesOf(nat).some((rule) => rule.targets.some(isToDns) || leadsToDns(rule));
  return usesTproxy(table) && !redirectsInbound(nat);
}

function isNative(table: Table): boolean {
  const twin = nativeTable(table.name)?.twin;
  return table.backend === 'nftables' && coversFamily(table, 'ipv6') && (twin === 'raw' || twin === 'mangle');
}

function natBeside(table: Table, { tables }: Ruleset): Table | undefined {
  const plane = nativePlane(table.name);
  return tables.find(
    ({ backend, name }) => backend === 'nftables' && plane !== null && name === nativeName(plane, 'nat'),
  );
}

function rulesOf(table: Table | undefined): Rule[] {
  return table?.chains.flatMap(({ rules }) => rules) ?? [];
}

function isToDns(target: Rule['targets'][number]): boolean {
  return target.kind === 'redirect' && target.ports?.from === PORT.dns;
}

/** Istio writes nat anew as a whole: a jump to the chain of DNS is only there when DNS is captured. */
function leadsToDns({ targets }: Rule): boolean {
  return targets.some((target) => target.kind === 'jump' && target.chain === DNS);
}

function usesTproxy(table: Table): boolean {
  return rulesOf(table).some(({ targets }) => targets.some(({ kind }) => kind === 'tproxy'));
}

/** In REDIRECT mode, and only there, inbound connections of a sidecar are sent on from istio-inbound. */
function redirectsInbound(nat: Table | undefined): boolean {
  const inbound = nat?.chains.find(({ name }) => name === IN);
  return inbound?.rules.some(({ targets }) => targets.some(({ kind }) => kind === 'jump')) ?? false;
}
