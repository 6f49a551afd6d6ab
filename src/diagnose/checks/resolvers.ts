import type { Trace } from '../../evaluate/packet.ts';
import type { Context } from '../../expect/context.ts';
import { parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { Finding } from '../../model/report.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { bothWays, outboundTo } from '../typical-packet.ts';

const DNS = 53;

/** Queries of the application to each of its resolvers reach the DNS proxy, as far as Istio's own rules go. */
export const resolversCovered = defineCheck({
  id: 'resolvers',
  ofLayout: true,
  description: 'every resolver of the pod is covered by DNS capture',
  codes: ['NAT0403', 'NAT0404'],
  run: (context) => {
    const { config, resolvers, said } = context;
    if (config.dataplane !== 'sidecar' || !config.redirectDns) return { skipped: 'DNS capture is off' };
    // Outside of the pod's own containers, as with nsenter on a node, resolv.conf is somebody else's.
    const isPods =
      said.isAmongOwnFiles === true || Object.keys({ ...said.environment, ...said.annotations }).length > 0;
    if (!isPods || resolvers.length === 0) return { skipped: 'the resolvers of the pod were not shown' };
    return judged(resolvers, context);
  },
});

function judged(resolvers: readonly string[], context: Context): Finding<'NAT0403' | 'NAT0404'>[] {
  return resolvers.flatMap((resolver) => {
    const family = parseAddress(resolver)?.family;
    // Without rules for a family nothing of it is captured, which is decided elsewhere.
    if (family === undefined || !context.families.includes(family)) return [];
    if (family === 'ipv6' && !context.config.enableIpv6) return [];
    const [way] = (['udp', 'tcp'] as const)
      .map((protocol) => ({ protocol, ...bothWays(outboundTo(resolver, DNS, protocol, family, context), context) }))
      // What Istio means to capture and is not captured is an error of its own (NAT0401).
      .filter(({ live, intended }) => live.verdict.kind === 'accept' && intended.verdict.kind === 'accept');
    return way === undefined ? [] : [leftAlone(resolver, family, way)];
  });
}

interface Way {
  readonly protocol: 'udp' | 'tcp';
  readonly live: Trace;
}

/** A rule that lets the query through comes before DNS capture; if there is none, no rule is about this resolver. */
function leftAlone(resolver: string, family: Family, { protocol, live }: Way): Finding<'NAT0403' | 'NAT0404'> {
  const query = `A query by ${protocol} to the resolver ${resolver}`;
  if (live.decidedBy === null) {
    return finding('NAT0403', {
      message: `${query} goes out past the DNS proxy: no rule is about that resolver.`,
      family,
      evidence: [{ kind: 'command', command: 'cat /etc/resolv.conf', text: `nameserver ${resolver}` }],
    });
  }
  return finding('NAT0404', {
    message: `${query} goes out past the DNS proxy: a rule in front of DNS capture lets it go.`,
    family,
    evidence: [ruleEvidence(live.decidedBy)],
  });
}
