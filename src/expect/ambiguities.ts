import { nativeName } from '../istio/names.ts';
import { AMBIENT_ANNOTATIONS, SIDECAR_ANNOTATIONS } from '../istio/settings.ts';
import type { Config, ConfigKey } from '../model/config.ts';
import { isCovered } from '../model/pod.ts';
import type { ResolvedConfig, Undetermined } from '../model/report.ts';
import { rulesOf } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';
import { dnsDoubt } from './ambiguities-dns.ts';
import type { Context } from './context.ts';
import { inputsFromTraces } from './traces.ts';

/** Annotations by which a pod says that its inbound or outbound traffic is left alone. */
const SAID = { ...SIDECAR_ANNOTATIONS, ingressMode: AMBIENT_ANNOTATIONS.ingressMode };

/**
 * What the rules alone leave open: a chain that somebody flushed looks like the chain of a pod that asked for no
 * capture, and nobody said which of the two this is.
 */
export function doubtsOf({ config, origin }: ResolvedConfig, facts: Facts): Undetermined[] {
  const isOpen = (key: ConfigKey) => origin[key] === 'inferred' && facts.annotations[SAID[key] ?? ''] === undefined;
  if (config.dataplane === 'ambient') {
    if (config.scope !== 'pod' || !config.ingressMode || !isOpen('ingressMode')) return [];
    return [
      doubt(
        'inbound',
        `is in ingress mode (annotation ${AMBIENT_ANNOTATIONS.ingressMode}: "true")`,
        '--ingress-mode',
        'false',
      ),
    ];
  }
  const { inboundPortsInclude: ports, outboundIpRangesInclude: ranges, outboundPortsInclude } = config;
  const inbound = ports.length === 0 && isOpen('inboundPortsInclude');
  const outbound = ranges.length === 0 && outboundPortsInclude.length === 0 && isOpen('outboundIpRangesInclude');
  return [
    ...dnsDoubt({ config, origin }, facts),
    ...(inbound
      ? [
          doubt(
            'inbound',
            'captures no inbound ports (annotation includeInboundPorts: "")',
            '--inbound-ports-include',
            '*',
          ),
        ]
      : []),
    ...(outbound
      ? [
          doubt(
            'outbound',
            'captures no outbound ranges (annotation includeOutboundIPRanges: "")',
            '--outbound-ip-ranges-include',
            '*',
          ),
        ]
      : []),
  ];
}

function doubt(direction: string, intention: string, flag: string, usual: string): Undetermined {
  return {
    code: 'NAT1004',
    message: `No rule captures ${direction} traffic. That is right if the pod ${intention}; a flushed chain looks the same`,
    remedy: `Say what is meant: ${flag} '${usual}' holds the rules against the usual layout, ${flag} '${usual === '*' ? '' : 'true'}' takes them as they are.`,
  };
}

/**
 * Inputs that were inferred from what is left of a layout that lost rules, as they must have been; null where the rules
 * can be taken at their word. A pod in ingress mode does inbound what ingress mode does; one that has the routing of
 * TPROXY mode captured inbound traffic, because Istio adds that routing for nothing else.
 */
export function reconsidered(context: Context, facts: Facts): Partial<Config> | null {
  const { config, origin } = context;
  const hidden = mayHideTproxy(context) ? ({ interceptionMode: 'TPROXY' } as const) : null;
  if (config.dataplane === 'ambient') {
    if (hidden !== null && config.scope === 'pod' && !isLedInbound(context.pod)) return hidden;
    const inferred = config.scope === 'pod' && config.ingressMode && origin.ingressMode === 'inferred';
    return inferred && !isInboundComplete(context) ? { ingressMode: false } : null;
  }
  const uncaptured = config.inboundPortsInclude.length === 0 && origin.inboundPortsInclude === 'inferred';
  if (uncaptured && hidden !== null) return { ...hidden, inboundPortsInclude: '*' };
  return uncaptured && inputsFromTraces(facts).interceptionMode === 'TPROXY' ? { inboundPortsInclude: '*' } : null;
}

/** Whether the rules that TPROXY mode has in place of those of REDIRECT mode would stand in a table that was not shown. */
function mayHideTproxy({ config, origin, pod, families }: Context): boolean {
  if (config.interceptionMode !== 'REDIRECT' || ![undefined, 'inferred', 'default'].includes(origin.interceptionMode))
    return false;
  const name = config.backend === 'nftables' ? nativeName(config.dataplane, 'mangle') : 'mangle';
  return families.some((family) => !isCovered(pod, { family, name }));
}

/** Whether anything in nat leads what comes in to a chain of Istio's. */
function isLedInbound({ ruleset }: Context['pod']): boolean {
  return ruleset.tables.some((table) =>
    table.chains.some(({ base, rules }) => base?.hook === 'PREROUTING' && base.type === 'nat' && rules.length > 0),
  );
}

/** As far as the tables that were shown tell. */
function isInboundComplete({ pod, different, expected, layout }: Context): boolean {
  if (different.some(({ hook }) => hook === 'PREROUTING')) return false;
  return rulesOf(expected).every(
    (where) => where.chain.base?.hook !== 'PREROUTING' || !isCovered(pod, where.table) || layout.liveCount(where) > 0,
  );
}
