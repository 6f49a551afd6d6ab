import type { Condition, RuleReason } from '../../src/model/reason.ts';
import type { CheckReport, Finding } from '../../src/model/report.ts';
import type { TraceReport } from '../../src/model/trace.ts';
import { reasonWords } from '../../src/report/reason.ts';

/** A finding with every part that the table prints. */
export const FINDING: Finding = {
  code: 'NAT0201',
  severity: 'error',
  title: 'Inbound port 8080 bypasses the proxy',
  message:
    'Connections to port 8080 are not redirected to the proxy: a rule of ISTIO_INBOUND returns them, and no input that is known excludes that port.',
  family: 'ipv4',
  evidence: [
    {
      kind: 'rule',
      table: 'nat',
      chain: 'ISTIO_INBOUND',
      index: 2,
      text: '-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN',
      source: 'pod.rules',
      line: 14,
    },
  ],
  differences: [
    {
      family: 'ipv4',
      hook: 'PREROUTING',
      packets: { protocol: 'tcp', destinationPort: '8080' },
      witness: {
        family: 'ipv4',
        hook: 'PREROUTING',
        protocol: 'tcp',
        source: '10.0.0.9',
        sourcePort: 40000,
        destination: '10.0.0.5',
        destinationPort: 8080,
        inInterface: 'eth0',
      },
      live: { kind: 'accept' },
      expected: { kind: 'redirect', port: 15006 },
      liveRule: {
        table: 'nat',
        chain: 'ISTIO_INBOUND',
        index: 2,
        text: '-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN',
      },
      expectedRule: {
        table: 'nat',
        chain: 'ISTIO_IN_REDIRECT',
        index: 1,
        text: '-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
      },
    },
  ],
  remedy:
    'Take 8080 out of traffic.sidecar.istio.io/excludeInboundPorts in the pod template, and restart the pod.\nUntil then: iptables -t nat -D ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN',
  hint: 'https://example.org/findings/NAT0201',
};

/** The table of nat that its rules are in. */
function natSeen(form: 'save' | 'kernel', source: string): CheckReport['seen'] {
  const nat = { family: 'ipv4', table: 'nat', form, source, line: form === 'save' ? 1 : 0, lacks: [] } as const;
  return { rules: [nat], allTables: ['ipv4', 'ipv6'], unseen: [] };
}

/** A broken pod that was read from a file; tests change what they look at. */
export const BROKEN: CheckReport = {
  schemaVersion: 1,
  tool: { name: 'istio-nat', version: '0.1.0' },
  source: { kind: 'rules', files: ['pod.rules'] },
  seen: natSeen('save', 'pod.rules'),
  verdict: 'broken',
  istio: {
    version: '1.28.10',
    dataplane: 'sidecar',
    interceptionMode: 'REDIRECT',
    backend: 'iptables-nft',
    config: {
      istioVersion: '1.28.10',
      inboundCapturePort: '15006',
      proxyPort: '15001',
      inboundPortsInclude: '*',
      outboundIpRangesInclude: '*',
      inboundPortsExclude: '15090,15021',
      proxyUid: '1337',
    },
    origin: { istioVersion: 'flag', inboundPortsExclude: 'inferred', proxyUid: 'default' },
  },
  checks: [
    { id: 'inbound-redirect', outcome: 'fail', reason: 'one class of packets differs' },
    { id: 'outbound-redirect', outcome: 'pass', reason: 'all packets are treated as expected' },
    { id: 'listeners', outcome: 'skipped', reason: 'no sockets were given (--sockets)' },
  ],
  findings: [FINDING],
  undetermined: [],
  summary: { error: 1, warning: 0, info: 0 },
};

/** The same pod in order. */
export const HEALTHY: CheckReport = {
  ...BROKEN,
  source: { kind: 'live' },
  seen: natSeen('kernel', 'iptables-nft-save'),
  verdict: 'healthy',
  checks: BROKEN.checks.map((check) => (check.outcome === 'fail' ? { ...check, outcome: 'pass' } : check)),
  findings: [],
  summary: { error: 0, warning: 0, info: 0 },
};

/** A pod whose rules nobody was allowed to read. */
export const UNDETERMINED: CheckReport = {
  ...HEALTHY,
  seen: { rules: [], allTables: [], unseen: [] },
  verdict: 'undetermined',
  checks: [{ id: 'inbound-redirect', outcome: 'undetermined', reason: 'the rules could not be read' }],
  undetermined: [
    {
      code: 'NAT1001',
      message: 'Reading the rules needs CAP_NET_ADMIN, which this process (uid 1337) does not have.',
      remedy: 'kubectl debug POD --profile=netadmin --image=… -- istio-nat check',
    },
  ],
};

type Wants = Omit<Extract<Condition, { kind: 'wants' }>, 'kind' | 'negated'>;

/** One condition that decided. */
export function because(outcome: RuleReason['outcome'], wants: Wants): RuleReason {
  return { kind: 'rule', outcome, conditions: [{ kind: 'wants', negated: false, ...wants }] };
}

export const IS_TCP = because('match', { field: 'protocol', value: 'tcp', wanted: 'tcp' });

/** A packet on its way into the proxy. */
export const TRACE: TraceReport = {
  packet: {
    family: 'ipv4',
    hook: 'PREROUTING',
    protocol: 'tcp',
    source: '10.0.0.9',
    sourcePort: 40000,
    destination: '10.0.0.5',
    destinationPort: 8080,
    inInterface: 'eth0',
  },
  verdict: { kind: 'redirect', port: 15006 },
  steps: [
    {
      table: 'nat',
      chain: 'PREROUTING',
      index: 1,
      text: '-A PREROUTING -p tcp -j ISTIO_INBOUND',
      outcome: 'match',
      action: 'jump ISTIO_INBOUND',
      why: IS_TCP,
    },
    {
      table: 'nat',
      chain: 'ISTIO_INBOUND',
      index: 1,
      text: '-A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN',
      outcome: 'no-match',
      action: 'return',
      why: because('no-match', { field: 'destination port', value: '8080', wanted: '15008' }),
    },
    {
      table: 'nat',
      chain: 'ISTIO_INBOUND',
      index: 2,
      text: '-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT',
      outcome: 'match',
      action: 'jump ISTIO_IN_REDIRECT',
      why: IS_TCP,
    },
    {
      table: 'nat',
      chain: 'ISTIO_IN_REDIRECT',
      index: 1,
      text: '-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
      outcome: 'match',
      action: 'redirect 15006',
      why: IS_TCP,
    },
  ],
};

/** The same as JSON has it. */
export const TRACE_JSON = {
  ...TRACE,
  steps: TRACE.steps?.map((step) => ({ ...step, why: reasonWords(step.why) })),
};
