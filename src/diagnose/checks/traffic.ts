import type { Context } from '../../expect/context.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import { type Check, defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { guardrailsIn } from '../traffic/guardrails.ts';
import { withSilence } from './listening.ts';

/** A check that passes when no difference in what happens to packets has one of its codes. */
function trafficCheck<const C extends TrafficCode>(
  id: string,
  description: string,
  codes: readonly C[],
  skip?: (context: Context) => string | null,
): Check<C, C> {
  return defineCheck<C, C>({
    id,
    description,
    codes,
    traffic: codes,
    ofLayout: true,
    run: (context, told) => {
      const findings = told();
      const reason = findings.length === 0 ? (skip?.(context) ?? null) : null;
      return reason === null ? findings : { skipped: reason };
    },
  });
}

const redirectPorts = defineCheck({
  id: 'redirect-ports',
  description: "redirects go to the proxy's ports",
  codes: ['NAT0104'],
  traffic: ['NAT0104'],
  ofLayout: true,
  run: (context, told) => withSilence(told(), context),
});

/** The guardrails are also looked for in FORWARD, where no packet of the pod itself passes. */
const guardrails = defineCheck({
  id: 'guardrails',
  description: 'no DROP of an interrupted reconcile is left',
  codes: ['NAT0111'],
  traffic: ['NAT0111'],
  run: (context, told) => {
    const found = told();
    const left = guardrailsIn(context.pod.ruleset);
    if (left.length === 0) return [];
    const evidence = left.map(ruleEvidence);
    if (found.length > 0) return found.map((one) => ({ ...one, evidence }));
    return [
      finding('NAT0111', {
        message: 'Forwarded packets are dropped by the guardrails of an interrupted reconcile.',
        evidence,
        likely: { kind: 'guard' },
      }),
    ];
  },
});

/** Everything that is decided by holding all packets against the expected layout. */
export const TRAFFIC_CHECKS = [
  trafficCheck('layout', "Istio's chains are all there", ['NAT0105', 'NAT0106']),
  trafficCheck('attached', "Istio's tables are switched on", ['NAT0103']),
  trafficCheck('inbound', 'inbound connections reach the proxy, except the excluded ports', [
    'NAT0101',
    'NAT0201',
    'NAT0202',
  ]),
  trafficCheck('outbound', 'outbound connections reach the proxy, except what is excluded', [
    'NAT0102',
    'NAT0203',
    'NAT0204',
    'NAT0205',
    'NAT0206',
  ]),
  redirectPorts,
  trafficCheck('owners', "exactly the proxy's own traffic is exempt", ['NAT0301', 'NAT0304', 'NAT0305', 'NAT0307']),
  trafficCheck('dns', 'DNS queries reach the agent', ['NAT0401', 'NAT0402', 'NAT0406'], ({ config }) =>
    config.redirectDns ? null : 'DNS capture is off',
  ),
  trafficCheck('tproxy', 'the marks of TPROXY mode are set and restored', ['NAT0501'], ({ config }) =>
    config.interceptionMode === 'TPROXY' ? null : 'the interception mode is REDIRECT',
  ),
  trafficCheck('order', 'the rules stand in an order that does what Istio intends', ['NAT0107']),
  trafficCheck('foreign-rules', "no rule of somebody else decides before Istio's", ['NAT0109']),
  trafficCheck('interfaces', 'excluded and virtual interfaces are treated as configured', ['NAT0210']),
  trafficCheck('invalid-packets', 'INVALID packets are dropped as configured', ['NAT0114'], ({ config }) =>
    config.dropInvalid ? null : 'INVALID packets are not to be dropped',
  ),
  trafficCheck('ipv6', 'IPv6 is captured as configured', ['NAT0601', 'NAT0602'], ({ config, families }) => {
    if (!families.includes('ipv6')) return 'the rules of IPv6 were not shown';
    return config.enableIpv6 ? null : 'IPv6 is not to be captured';
  }),
  guardrails,
];
