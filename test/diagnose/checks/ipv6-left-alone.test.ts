import { expect, it } from 'vitest';
import { ipv6LeftAlone } from '../../../src/diagnose/checks/ipv6-left-alone.ts';
import { buildContext } from '../../../src/expect/context.ts';
import { buildLayout, defaultConfig, expectedRouting } from '../../../src/layout/index.ts';
import type { Pod } from '../../../src/model/pod.ts';
import type { InputOrigin } from '../../../src/model/report.ts';
import { parseSs } from '../../../src/parse/sockets/ss.ts';

const LISTENS_ON_BOTH = 'LISTEN 0 511 *:8080 *:* users:(("app",pid=7,fd=18)) uid:1000 ino:1 sk:1 v6only:0 <->';
const LISTENS_ON_IPV4 = 'LISTEN 0 511 0.0.0.0:8080 0.0.0.0:* users:(("app",pid=7,fd=18)) uid:1000 ino:1 sk:1 <->';
const PROXY = 'LISTEN 0 511 *:15006 *:* users:(("envoy",pid=9,fd=18)) uid:1337 ino:2 sk:2 v6only:0 <->';

interface Case {
  readonly sockets: string;
  readonly address?: string;
  readonly ipv6?: boolean;
  readonly origin?: InputOrigin;
  /** False: somebody looked, and ip failed. */
  readonly routed?: boolean;
}

const IP_FAILED = { code: 'NAT1003', message: 'ip failed', remedy: 'Look again', concerns: 'routing' } as const;

function findings({ sockets, address = '2001:db8::5', ipv6 = false, origin = 'inferred', routed = true }: Case) {
  const config = { ...defaultConfig('1.28.10'), enableIpv6: ipv6 };
  const layout = buildLayout(config);
  const scope = address.startsWith('fe80') ? 'link' : 'global';
  const pod: Pod = {
    ruleset: layout,
    coverage: (['ipv4', 'ipv6'] as const).map((family) => ({ family, tables: 'all' })),
    emptyLegacyTables: [],
    sockets: parseSs(sockets, { source: 'ss', protocol: 'tcp' }).sockets,
    routing: routed
      ? {
          rules: [],
          routes: [],
          addresses: [{ interface: 'eth0', family: 'ipv6', address, prefixLength: 64, scope }],
        }
      : null,
    diagnostics: [],
    obstacles: routed ? [] : [IP_FAILED],
  };
  const background = { declared: true, older: () => null };
  const context = buildContext(
    pod,
    { config, origin: { enableIpv6: origin } },
    layout,
    expectedRouting(config),
    background,
  );
  const result = ipv6LeftAlone.run(context);
  return 'length' in result ? result.map(({ code, severity }) => `${code} ${severity}`) : result;
}

it('an application that clients reach over IPv6 past the proxy is worth a warning', () => {
  expect(findings({ sockets: `${LISTENS_ON_BOTH}\n${PROXY}` })).toEqual(['NAT0602 warning']);
});

it.each<[string, Case]>([
  ['the application listens on IPv4 only', { sockets: LISTENS_ON_IPV4 }],
  ['only the proxy listens on IPv6', { sockets: PROXY }],
])('nothing to say when %s', (_, pod) => {
  expect(findings(pod)).toEqual([]);
});

it('is left open where addresses could not be seen, if that would matter', () => {
  expect(findings({ sockets: LISTENS_ON_BOTH, routed: false })).toHaveProperty('undetermined');
  expect(findings({ sockets: `${LISTENS_ON_IPV4}\n${PROXY}`, routed: false })).toEqual([]);
  expect(findings({ sockets: LISTENS_ON_BOTH.replace('*:8080', '[::1]:8080'), routed: false })).toEqual([]);
});

it.each<[string, Case]>([
  ['the only address is link-local', { sockets: LISTENS_ON_BOTH, address: 'fe80::5' }],
  ['IPv6 is captured', { sockets: LISTENS_ON_BOTH, ipv6: true }],
  ['somebody said that IPv6 is off', { sockets: LISTENS_ON_BOTH, origin: 'config' }],
])('not asked when %s', (_, pod) => {
  expect(findings(pod)).toHaveProperty('skipped');
});
