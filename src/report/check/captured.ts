import { EXCLUDED_BY_INJECTOR, PORT } from '../../istio/ports.ts';
import { SIDECAR_ANNOTATIONS } from '../../istio/settings.ts';
import type { ConfigKey } from '../../model/config.ts';
import { groupBy } from '../../model/group-by.ts';
import type { CheckReport, InputOrigin } from '../../model/report.ts';
import { describeInput } from '../../parse/config/keys.ts';
import type { Row } from './row.ts';

type Istio = CheckReport['istio'];

/** What the rules capture, by direction; nothing for a node, whose rules capture nothing. */
export function capturedRows({ istio }: CheckReport): Row[] {
  const { dataplane, config } = istio;
  if (dataplane === 'none' || config.scope === 'host') return [];
  const rows = dataplane === 'ambient' ? ambientRows(istio) : sidecarRows(istio);
  return rows.map(([label, text]) => ({ label, text }));
}

function sidecarRows({ config, interceptionMode }: Istio): [string, string][] {
  const how = interceptionMode === 'TPROXY' ? ' (TPROXY)' : '';
  const ports = listOf(config.inboundPortsInclude);
  const ranges = listOf(config.outboundIpRangesInclude);
  const outPorts = listOf(config.outboundPortsInclude);
  const out = [
    ...(ranges.length > 0 ? [ranges.includes('*') ? 'tcp to any address' : `tcp to ${few(ranges)}`] : []),
    ...(outPorts.length > 0 ? [`tcp to port ${few(outPorts)}`] : []),
  ];
  return [
    [
      'In',
      captured(
        ports.includes('*') ? 'tcp to any port' : `tcp to port ${few(ports)}`,
        ports.length > 0,
        `${config.inboundCapturePort}${how}`,
      ),
    ],
    ['Out', captured(out.join(' and '), out.length > 0, String(config.proxyPort))],
    ...dnsRow(config.redirectDns === true, config.captureAllDns === true),
  ];
}

function ambientRows({ config }: Istio): [string, string][] {
  const dns = config.dnsProxy === 'enabled' || (config.dnsProxy !== 'disabled' && config.redirectDns === true);
  return [
    ['In', captured('tcp to any port', config.ingressMode !== true, `${PORT.inbound}, HBONE to ${PORT.hbone}`)],
    ['Out', captured('tcp to any address', true, String(PORT.outbound))],
    ...dnsRow(dns, true),
  ];
}

function captured(what: string, isAny: boolean, to: string): string {
  return isAny ? `${what} → ${to}` : 'nothing';
}

function dnsRow(isOn: boolean, isOfAll: boolean): [string, string][] {
  return isOn ? [['DNS', `queries to ${isOfAll ? 'any server' : 'the servers of resolv.conf'} → the DNS proxy`]] : [];
}

/** How the inputs by which traffic goes around the proxy are told. */
const AROUND: readonly (readonly [ConfigKey, (value: string) => string])[] = [
  ['inboundPortsExclude', (port) => `in ${port}`],
  ['outboundPortsExclude', (port) => `out ${port}`],
  ['outboundIpRangesExclude', (range) => `out ${range}`],
  ['excludeInterfaces', (name) => `interface ${name}`],
  ['ownerGroupsExclude', (group) => `group ${group}`],
];

/** What goes around the proxy by configuration, and who said so: `out 3306: annotation excludeOutboundPorts`. */
export function aroundRows({ istio }: CheckReport): Row[] {
  const { dataplane, config, origin } = istio;
  if (dataplane !== 'sidecar') return [];
  const found = AROUND.flatMap(([key, word]) =>
    listOf(config[key]).map((value) => {
      const isOwn = key === 'inboundPortsExclude' && EXCLUDED_BY_INJECTOR.map(String).includes(value);
      return { what: word(value), who: isOwn ? "Istio's own" : saidBy(key, origin[key]) };
    }),
  );
  const groups = groupBy(found, ({ who }) => who).toSorted((a, b) => rank(a[0].who) - rank(b[0].who));
  return groups.map((same, at) => ({
    label: at === 0 ? 'Around' : '',
    text: `${few(same.map(({ what }) => what))}: ${same[0].who}`,
  }));
}

function rank(who: string): number {
  return who === "Istio's own" ? 1 : 0;
}

function saidBy(key: ConfigKey, origin: InputOrigin | undefined): string {
  switch (origin) {
    case 'flag':
      return `--${describeInput(key)?.flag}`;
    case 'config':
      return 'the --config file';
    case 'env':
      return `${describeInput(key)?.environment} in the environment of istio-nat`;
    case 'annotation':
      return `annotation ${shortName(SIDECAR_ANNOTATIONS[key] ?? key)}`;
    case 'envoy':
      return "Envoy's admin interface";
    case 'inferred':
      return 'read from the rules themselves';
    case 'default':
    case undefined:
      return 'a default of the release';
  }
}

function shortName(annotation: string): string {
  return annotation.slice(annotation.lastIndexOf('/') + 1);
}

const SHOWN = 6;

function few(values: readonly string[]): string {
  const rest = values.length - SHOWN;
  return rest <= 1 ? values.join(', ') : `${values.slice(0, SHOWN).join(', ')} and ${rest} more`;
}

/** The values of an input in the form of the configuration file: a comma list. */
function listOf(value: unknown): string[] {
  return typeof value === 'string' ? value.split(',').filter((one) => one !== '') : [];
}
