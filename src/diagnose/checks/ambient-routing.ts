import type { Context } from '../../expect/context.ts';
import { planesOf } from '../../istio/planes.ts';
import type { Family } from '../../model/family.ts';
import type { Evidence } from '../../model/report.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { addRoute, addRule, hasRoute, hasRule } from './routing.ts';

/** The routing rule and table by which answers to ztunnel's connections come back to it. Written in every mode. */
export const ambientRouting = defineCheck({
  id: 'ambient-routing',
  description: "ambient's policy routing is there",
  codes: ['NAT0905'],
  run: (context) => {
    const { config, pod, routing } = context;
    if (config.dataplane !== 'ambient' || routing.rules.length === 0)
      return { skipped: 'the data plane is not ambient' };
    if (pod.routing === null) return { skipped: 'ip rule and ip route were not shown' };
    if (!planesOf(pod.ruleset).has('ambient')) return { skipped: "there are no rules of ambient's" };
    const missing = routing.rules.map(({ family }) => family).flatMap((family) => missingOf(family, context));
    if (missing.length === 0) return [];
    const families = [...new Set(missing.map(({ family }) => family))];
    return [
      finding('NAT0905', {
        message: `The policy routing lacks ${missing.map(({ text }) => text).join(' and ')}: answers to connections that ztunnel opened with a client's address leave the pod.`,
        ...(families.length === 1 && families[0] !== undefined ? { family: families[0] } : {}),
        evidence: families.map((family) => shownRules(family, context)),
        edits: missing.map(({ argv }) => ({ kind: 'run' as const, argv })),
      }),
    ];
  },
});

interface Missing {
  readonly family: Family;
  readonly text: string;
  readonly argv: readonly string[];
}

function missingOf(family: Family, { pod, routing }: Context): Missing[] {
  const seen = pod.routing ?? { rules: [], routes: [], addresses: [] };
  const ip = ipOf(family).split(' ');
  const rules = routing.rules.filter((rule) => rule.family === family && !hasRule(seen, rule));
  const routes = routing.routes.filter(
    (route) => route.family === family && !hasRoute(seen, route) && canRoute(family, seen.addresses),
  );
  return [
    ...rules.map(({ text, priority }) => ({
      family,
      text: `the rule "${text}" (${family})`,
      argv: [...ip, ...addRule(text), 'priority', String(priority)],
    })),
    ...routes.map(({ text, table }) => ({
      family,
      text: `the route "${text}" of table ${table} (${family})`,
      argv: [...ip, ...addRoute(text, table)],
    })),
  ];
}

/** Istio leaves the IPv6 route out where lo has no IPv6 (1.23 and later). */
function canRoute(family: Family, addresses: NonNullable<Context['pod']['routing']>['addresses']): boolean {
  return family === 'ipv4' || addresses.some((address) => address.interface === 'lo' && address.family === 'ipv6');
}

function shownRules(family: Family, { pod }: Context): Evidence {
  const texts = (pod.routing?.rules ?? []).filter((rule) => rule.family === family).map(({ text }) => text);
  return { kind: 'command', command: `${ipOf(family)} rule show`, text: texts.join('; ') || 'no rules' };
}

function ipOf(family: Family): string {
  return family === 'ipv6' ? 'ip -6' : 'ip';
}
