import type { Context } from '../../expect/context.ts';
import { AMBIENT_MASK, ZTUNNEL_MARK } from '../../istio/marks.ts';
import { PORT } from '../../istio/ports.ts';
import type { Config } from '../../model/config.ts';
import type { Hook, Rule } from '../../model/ruleset.ts';
import { parseIptables } from '../../parse/iptables/index.ts';
import { RuleCounts } from '../../rules/rule-counts.ts';
import type { BaseChain } from './policies.ts';

/**
 * Rules that let Istio's traffic through a chain whose policy is DROP, as far as it has not got them: whoever set such a
 * policy meant it, so it stays.
 */
export function admissions({ table, chain }: BaseChain, { config }: Context): Rule[] {
  const specs = chain.base === undefined ? [] : (ADMITTED[chain.base.hook]?.(config) ?? []);
  const text = ['*filter', ...specs.map((spec) => `-A ${chain.base?.hook} ${spec} -j ACCEPT`), 'COMMIT', ''].join('\n');
  const family = table.family === 'ipv6' ? 'ipv6' : 'ipv4';
  const { tables } = parseIptables(text, { source: 'istio-nat', family });
  const live = new RuleCounts({ tables: [table] });
  const rules = tables.flatMap(({ chains }) => chains.flatMap((one) => one.rules));
  return rules.filter((rule) => live.of({ table, chain, rule }) === 0);
}

const ANSWERS = '-m conntrack --ctstate RELATED,ESTABLISHED';

/** Redirected packets come to the proxy's ports, and by lo where they are the pod's own. */
const ADMITTED: Readonly<Partial<Record<Hook, (config: Config) => readonly string[]>>> = {
  INPUT: ({ inboundCapturePort, inboundTunnelPort }) => {
    const ports = [inboundCapturePort, inboundTunnelPort, PORT.status, PORT.health, PORT.metrics];
    return ['-i lo', ANSWERS, `-p tcp -m multiport --dports ${ports.join(',')}`];
  },
  OUTPUT: ({ dataplane, proxyUid }) => {
    const ztunnel = `-m mark --mark 0x${ZTUNNEL_MARK.toString(16)}/0x${AMBIENT_MASK.toString(16)}`;
    const own = dataplane === 'ambient' ? [ztunnel] : proxyUid.map((uid) => `-m owner --uid-owner ${uid}`);
    return ['-o lo', ANSWERS, ...own];
  },
};
