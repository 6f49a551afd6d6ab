import type { Context } from '../../expect/context.ts';
import { isOfZtunnel } from '../../istio/marks.ts';
import { isIstioChainName } from '../../istio/names.ts';
import { isAmbientMark } from '../../istio/planes.ts';
import { parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { Verdict } from '../../model/packet.ts';
import { coversFamily, type RuleReference, rulesOf } from '../../model/ruleset.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import type { Cause } from './cause.ts';
import { letsGo } from './traits.ts';
import { captures } from './verdicts.ts';

/** The code for what is special to ambient's layout; null where a sidecar's layout would have the same fault. */
export function ambientCode(cause: Cause, { config }: Context): TrafficCode | null {
  const { missing, intruder, class: different } = cause;
  const { live, expected, witness } = different;
  const probes = [config.hostProbeIpv4, config.hostProbeIpv6].map((text) => parseAddress(text)?.value);
  if ([missing, intruder].some((where) => where !== null && isProbeExemption(where, probes))) return 'NAT0903';
  if (missing && (isConnmark(missing) || (isAboutMarks(missing) && !isByTproxy(expected.verdict)))) return 'NAT0904';
  if (missing?.table.name.endsWith('raw')) return 'NAT0402';
  if (intruder && isOfZtunnel(witness.mark) && captures(live.verdict) && expected.verdict.kind === 'accept')
    return 'NAT0301';
  return null;
}

/** An ACCEPT of tcp from or to a single address: nothing else in Istio's ambient chains is written so. */
function isProbeExemption({ chain, rule }: RuleReference, probes: readonly (bigint | undefined)[]): boolean {
  if (!letsGo(rule)) return false;
  return rule.matches.some((match) => {
    if ((match.kind !== 'source' && match.kind !== 'destination') || match.negated) return false;
    // Under other names only the address itself shows it.
    return (
      probes.includes(match.network.address) || (isIstioChainName(chain.name) && isLinkLocal(match.network.address))
    );
  });
}

/** 169.254.0.0/16 and fd00::/8, where the addresses for probes are taken from. */
function isLinkLocal(address: bigint): boolean {
  return address >> 16n === 0xa9fen || address >> 120n === 0xfdn;
}

/** A rule that stores the mark in the connection, or puts it back. */
function isConnmark({ rule }: RuleReference): boolean {
  return rule.targets.some(({ kind }) => kind === 'connmark-set' || kind === 'connmark-restore');
}

/** A rule that leads to such a rule, or leaves marked packets alone. With TPROXY mangle captures as well. */
function isAboutMarks({ table, rule }: RuleReference): boolean {
  if (table.name.endsWith('mangle')) return true;
  return letsGo(rule) && rule.matches.some((match) => isAmbientMark(match) && !('negated' in match && match.negated));
}

function isByTproxy({ kind }: Verdict): boolean {
  return kind === 'tproxy';
}

/** Whether nothing is left of the rules that capture a family's traffic: of nat, in every mode. */
export function isCaptureLost(family: Family, { expected, layout, config }: Context): boolean {
  if (config.dataplane !== 'ambient') return false;
  const nat = expected.tables.filter((table) => coversFamily(table, family) && table.name.endsWith('nat'));
  const rules = rulesOf({ tables: nat });
  return rules.length > 0 && rules.every((where) => layout.liveCount(where) === 0);
}
