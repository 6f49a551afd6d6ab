import type { Evidence } from '../../model/report.ts';
import type { Route, Routing, RoutingRule } from '../../model/routing.ts';
import { defineCheck } from '../check.ts';
import { type Found, finding } from '../finding.ts';

/** The policy routing that TPROXY needs for the answers to the original client address. */
export const tproxyRouting = defineCheck({
  id: 'tproxy-routing',
  description: 'the routing of TPROXY mode is there',
  codes: ['NAT0502'],
  run: ({ config, pod, routing, families }) => {
    if (config.dataplane !== 'sidecar' || routing.rules.length === 0)
      return { skipped: 'the mode needs no routing of its own' };
    if (pod.routing === null) return { skipped: 'ip rule and ip route were not shown' };
    const seen = pod.routing;
    return families.flatMap((family) => {
      const rules = routing.rules.filter((rule) => rule.family === family && !hasRule(seen, rule));
      const routes = routing.routes.filter((route) => route.family === family && !hasRoute(seen, route));
      return rules.length + routes.length === 0
        ? []
        : [missing(family === 'ipv6' ? 'ip -6' : 'ip', rules, routes, seen)];
    });
  },
});

/** Whether a routing rule like the wanted one exists, at whatever priority. */
export function hasRule({ rules }: Routing, wanted: RoutingRule): boolean {
  return rules.some(
    ({ family, table, mark }) =>
      family === wanted.family &&
      table === wanted.table &&
      mark?.value === wanted.mark?.value &&
      mark?.mask === wanted.mark?.mask,
  );
}

/** Whether the wanted route exists. */
export function hasRoute({ routes }: Routing, wanted: Route): boolean {
  return routes.some(
    ({ family, table, type, destination, device }) =>
      family === wanted.family &&
      table === wanted.table &&
      type === wanted.type &&
      destination === wanted.destination &&
      device === wanted.device,
  );
}

/** The words after `ip` that add a rule which `ip rule show` prints like that. */
export function addRule(text: string): readonly string[] {
  return ['rule', 'add', ...text.replace('from all ', '').split(' ')];
}

/** The words after `ip` that add a route to a table. */
export function addRoute(text: string, table: string): readonly string[] {
  return ['route', 'add', ...text.split(' '), 'table', table];
}

function missing(ip: string, rules: readonly RoutingRule[], routes: readonly Route[], seen: Routing): Found<'NAT0502'> {
  const texts = [
    ...rules.map(({ text }) => `rule "${text}"`),
    ...routes.map(({ text, table }) => `route "${text}" of table ${table}`),
  ];
  const commands = [
    ...rules.map(({ text }) => addRule(text)),
    ...routes.map(({ text, table }) => addRoute(text, table)),
  ];
  const family = rules[0]?.family ?? routes[0]?.family ?? 'ipv4';
  const shown = seen.rules.filter((rule) => rule.family === family).map(({ text }) => text);
  const evidence: Evidence[] = [{ kind: 'command', command: `${ip} rule show`, text: shown.join('; ') || 'no rules' }];
  return finding('NAT0502', {
    message: `The policy routing lacks the ${texts.join(' and the ')}: answers to clients do not come back to the proxy.`,
    family,
    evidence,
    edits: commands.map((words) => ({ kind: 'run', argv: [...ip.split(' '), ...words] })),
  });
}
