import { expect, it } from 'vitest';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { parseSs } from '../../src/parse/sockets/ss.ts';
import { classifySockets } from '../../src/sockets/index.ts';
import { USUAL_PORTS } from '../../src/sockets/ports.ts';

const ENVOY = 'users:(("envoy",pid=20,fd=3)) uid:1337 ino:20 sk:1';
const APP = 'users:(("app",pid=30,fd=3)) uid:1000 ino:30 sk:2';
const LISTENER = `LISTEN 0 128 0.0.0.0:15001 0.0.0.0:* ${ENVOY}`;
const accepted = (port: number) => `ESTAB 0 0 127.0.0.1:15001 10.0.0.5:${port} ${ENVOY}`;
const opened = (port: number, to: string) => `ESTAB 0 0 10.0.0.5:${port} ${to}:443 ${APP}`;

/** Two connections of the application from one port, of which the proxy accepted one. */
const SHARED = [LISTENER, accepted(40_000), opened(40_000, '203.0.113.7'), opened(40_000, '203.0.113.8')];

/** What the connections of the application are, with the rules of a layout or without any that could be read. */
function kinds(lines: readonly string[], inputs: Partial<Config> | null, late: readonly string[] = []): string[] {
  const read = (texts: readonly string[]) => parseSs(texts.join('\n'), { source: 'ss', protocol: 'tcp' }).sockets;
  const ruleset = inputs && buildLayout({ ...defaultConfig('1.28.10'), ...inputs });
  const { sockets } = classifySockets({
    ...{ sockets: read([...lines, ...late]), earlier: () => read(lines), addresses: null, processes: [] },
    ...{ rules: ruleset && { ruleset, coverage: [{ family: 'ipv4', tables: 'all' }] }, ports: USUAL_PORTS },
  });
  return sockets.filter(({ socket }) => socket.uid === 1000).map(({ kind }) => kind.replace('outbound-', ''));
}

const excluding = (...addresses: string[]) => ({ outboundIpRangesExclude: addresses });

it('the rules tell which connection from a port is the one that the proxy accepted', () => {
  expect(kinds(SHARED, excluding('203.0.113.8/32'))).toEqual(['proxied', 'direct']);
  expect(kinds(SHARED, excluding('203.0.113.7/32'))).toEqual(['direct', 'proxied']);
});

it('rules that lead to more, or fewer, connections than the proxy accepted tell nothing', () => {
  expect(kinds(SHARED, {})).toEqual(['unknown', 'unknown']);
  expect(kinds(SHARED, excluding('203.0.113.0/24'))).toEqual(['unknown', 'unknown']);
});

it('a connection that was opened while ss was looking does not count', () => {
  const late = [opened(40_001, '203.0.113.9')];
  expect(kinds(SHARED, excluding('203.0.113.8/32'), late).slice(0, 2)).toEqual(['proxied', 'direct']);
});

it('where the rules cannot be read, twenty others to the same place tell', () => {
  const others = (count: number) =>
    Array.from({ length: count }, (_, i) => [
      opened(41_000 + i, '203.0.113.8'),
      opened(42_000 + i, '203.0.113.7'),
      accepted(42_000 + i),
    ]).flat();
  expect(kinds([...SHARED, ...others(20)], null).slice(0, 2)).toEqual(['proxied', 'direct']);
  expect(kinds([...SHARED, ...others(19)], null).slice(0, 2)).toEqual(['unknown', 'unknown']);
  expect(kinds(SHARED, null)).toEqual(['unknown', 'unknown']);
});
