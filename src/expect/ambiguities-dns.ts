import { UNSEEN_SERVER } from '../infer/index.ts';
import { DNS_PROXY_PORTS, isToDnsProxy } from '../istio/dns.ts';
import type { Config, ConfigKey } from '../model/config.ts';
import type { ResolvedConfig, Undetermined } from '../model/report.ts';
import { type Ruleset, rulesOf } from '../model/ruleset.ts';
import { isListener, type Socket } from '../model/socket.ts';
import type { Facts } from '../observe/facts.ts';
import { RuleCounts } from '../rules/rule-counts.ts';
import { expectedRuleset } from './layout.ts';

/**
 * Queries that the agent is there for and that no rule sends it. The agent has its DNS proxy only where DNS is captured,
 * but Istio writes no rule where the pod had no resolver that it could name: lost rules look the same.
 */
export function dnsDoubt({ config, origin }: ResolvedConfig, facts: Facts): Undetermined[] {
  const { pod } = facts;
  if (config.dataplane !== 'sidecar' || leadsToDnsProxy(pod.ruleset)) return [];
  const isOpen = (key: ConfigKey) => origin[key] === 'inferred' || origin[key] === 'default';
  const because =
    wantsDns(config, origin) ?? makesRoom(config, origin) ?? answersDns(config, origin, pod.sockets ?? []);
  const servers = [...config.dnsServersV4, ...config.dnsServersV6].filter((server) => server !== UNSEEN_SERVER);
  const isNamed = config.captureAllDns || servers.length > 0;
  const areOpen = (['captureAllDns', 'dnsServersV4', 'dnsServersV6'] as const).every(isOpen);
  if (because === null || isNamed || !areOpen || isLostAltogether(config, facts)) return [];
  return [
    {
      code: 'NAT1004',
      message: `${because}, and no rule sends queries there. That is right if the pod had no resolver to capture when it was programmed; lost rules look the same`,
      remedy:
        "Say what is meant: --redirect-dns true with --capture-all-dns true (istio-cni), or with --dns-servers-v4 ADDRESS (istio-init: the name server in the pod's resolv.conf), holds the rules against a layout that captures DNS; --redirect-dns false takes them as they are.",
    },
  ];
}

type Origin = ResolvedConfig['origin'];

/** A configuration file is complete: there the servers were left out on purpose. */
function wantsDns({ redirectDns }: Config, { redirectDns: origin = 'default' }: Origin): string | null {
  const isSaid = origin === 'flag' || origin === 'env' || origin === 'annotation';
  return redirectDns && isSaid ? 'DNS is to be captured' : null;
}

/** From 1.25 on the exceptions are written only where some server is known, of a family that may have no rules. */
function makesRoom({ redirectDns, dnsServersV6 }: Config, origin: Origin): string | null {
  const isSo = redirectDns && origin.dnsServersV6 === 'inferred' && dnsServersV6.includes(UNSEEN_SERVER);
  return isSo ? 'The rules make the exceptions for port 53 that belong to DNS capture' : null;
}

function answersDns({ redirectDns, proxyUid }: Config, origin: Origin, sockets: readonly Socket[]): string | null {
  if (redirectDns || origin.redirectDns !== 'inferred') return null;
  const agent = sockets.find(
    (socket) =>
      isListener(socket) &&
      DNS_PROXY_PORTS.has(socket.localPort) &&
      socket.uid !== null &&
      proxyUid.includes(socket.uid),
  );
  return agent === undefined ? null : `The agent answers DNS on port ${agent.localPort}`;
}

function leadsToDnsProxy(ruleset: Ruleset): boolean {
  return rulesOf(ruleset).some(({ rule }) => rule.targets.some(isToDnsProxy));
}

/** Whether Istio writes something for DNS even where it can name no resolver, and none of that is here. */
function isLostAltogether(config: Config, { pod }: Facts): boolean {
  const without = new RuleCounts(expectedRuleset({ ...config, redirectDns: false }));
  const own = rulesOf(expectedRuleset(config)).filter((where) => without.of(where) === 0);
  const live = new RuleCounts(pod.ruleset);
  return own.length > 0 && own.every((where) => live.of(where) === 0);
}
