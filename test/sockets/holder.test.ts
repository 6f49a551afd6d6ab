import { describe, expect, it } from 'vitest';
import { parseSs } from '../../src/parse/sockets/ss.ts';
import { classifySockets, type SocketFacts } from '../../src/sockets/index.ts';
import { USUAL_PORTS } from '../../src/sockets/ports.ts';

/** What the last of some lines of `ss -Htanep` is. */
function last(lines: readonly string[], more: Partial<SocketFacts> = {}): string {
  const { sockets, diagnostics } = parseSs(lines.join('\n'), { source: 'ss', protocol: 'tcp' });
  expect(diagnostics).toEqual([]);
  const facts = { sockets, rules: null, addresses: null, processes: [], ports: USUAL_PORTS, ...more };
  const seen = classifySockets({ ...facts, earlier: facts.earlier ?? (() => sockets) }).sockets.at(-1);
  return `${seen?.kind}${seen?.as === undefined ? '' : ` as ${seen.as}`}`;
}

const listener = (port: number, rest: string) => `LISTEN 0 128 0.0.0.0:${port} 0.0.0.0:* ${rest} ino:${port} sk:1`;
const connection = (rest: string, port = 443) => `ESTAB 0 0 10.0.0.5:40000 203.0.113.7:${port} ${rest} ino:9 sk:2`;

const ENVOY = listener(15001, 'users:(("envoy",pid=20,fd=3)) uid:1337');
const AGENT = listener(15020, 'users:(("pilot-agent",pid=1,fd=3)) uid:1337');

describe('a socket of uid 1337 without a process', () => {
  it('is not the proxy’s where the reader sees all processes of the proxy', () => {
    expect(last([ENVOY, AGENT, connection('uid:1337')])).toBe('outbound-direct as proxy-uid');
  });

  it('may be the agent’s where the reader does not see that', () => {
    expect(last([ENVOY, listener(15020, 'uid:1337'), connection('uid:1337')])).toBe('proxy-upstream');
  });

  it('is nobody’s fault when it was opened while ss was looking', () => {
    expect(last([ENVOY, AGENT, connection('uid:1337')], { earlier: () => [] })).toBe('proxy-upstream');
  });

  it('is taken for the agent’s when it leads to istiod', () => {
    expect(last([ENVOY, AGENT, connection('uid:1337', 15012)])).toBe('control-plane');
  });

  it.each([
    ['another control group', '/other', 'outbound-direct as proxy-uid'],
    ['the same control group', '/proxy', 'proxy-upstream'],
  ])('of %s', (_, cgroup, kind) => {
    const proxy = 'LISTEN 0 128 0.0.0.0:15001 0.0.0.0:* uid:1337 ino:5 sk:1 cgroup:/proxy <->';
    expect(last([proxy, `${connection('uid:1337')} cgroup:${cgroup} <->`])).toBe(kind);
  });
});

describe('a process that is called envoy and has the uid of the proxy', () => {
  const named = 'users:(("envoy",pid=30,fd=3)) uid:1337';
  const inContainer = (pid: number, container: string) => ({
    pid,
    uid: 1337,
    gid: 1337,
    fsgid: 1337,
    groups: [],
    container,
  });

  it.each([
    ['is the proxy’s where nothing tells containers apart', [], 'proxy-upstream'],
    ['is the proxy’s in its container', [inContainer(20, 'a'), inContainer(30, 'a')], 'proxy-upstream'],
    ['is not in another one', [inContainer(20, 'a'), inContainer(30, 'b')], 'outbound-direct as proxy-uid'],
  ])('%s', (_, processes, kind) => {
    expect(last([ENVOY, AGENT, connection(named)], { processes })).toBe(kind);
    expect(last([ENVOY, AGENT, listener(8080, named), connection(named)], { processes })).toBe(kind);
  });

  it('need not be called so in the container of the proxy, where somebody runs a client by exec', () => {
    const curl = connection('users:(("curl",pid=50,fd=3)) uid:1337');
    expect(last([ENVOY, AGENT, curl], { processes: [inContainer(20, 'a'), inContainer(50, 'a')] })).toBe(
      'proxy-upstream',
    );
    expect(last([ENVOY, AGENT, curl], { processes: [inContainer(20, 'a'), inContainer(50, 'b')] })).toBe(
      'outbound-direct as proxy-uid',
    );
  });

  it('need not be called so where process 1 is the agent, whose container the reader is in', () => {
    const curl = connection('users:(("curl",pid=50,fd=3)) uid:1337');
    const elsewhere = listener(15020, 'users:(("pilot-agent",pid=7,fd=3)) uid:1337');
    expect(last([ENVOY, AGENT, curl])).toBe('proxy-upstream');
    expect(last([ENVOY, elsewhere, curl])).toBe('outbound-direct as proxy-uid');
  });

  it('is not the proxy’s in another control group', () => {
    const proxy = `${ENVOY} cgroup:/proxy <->`;
    expect(last([proxy, AGENT, `${connection(named)} cgroup:/other <->`])).toBe('outbound-direct as proxy-uid');
  });
});

describe('without a proxy', () => {
  it('every connection goes around it', () => {
    expect(last([connection('uid:1000')])).toBe('outbound-direct');
  });

  it('that of a port nobody listens on may have come from outside', () => {
    expect(last(['ESTAB 0 0 10.0.0.5:8080 203.0.113.7:50000 uid:1000 ino:9 sk:2'])).toBe('unknown');
  });
});

describe('an owner that ss does not show', () => {
  const held = (rest: string) => `ESTAB 0 0 10.0.0.5:40000 203.0.113.7:443 ${rest}`;

  it('is nobody where nobody holds the socket', () => {
    expect(last([ENVOY, held('ino:0 sk:2')])).toBe('transient');
  });

  it.each([
    ['is not known', '', 'unknown'],
    ['is told by its process', 'users:(("app",pid=40,fd=3))', 'outbound-direct'],
    ['is told by the process of the proxy', 'users:(("envoy",pid=20,fd=9))', 'proxy-upstream'],
  ])('without -e %s', (_, rest, kind) => {
    expect(last(['LISTEN 0 128 0.0.0.0:15001 0.0.0.0:* users:(("envoy",pid=20,fd=3))', held(rest)])).toBe(kind);
  });

  it('is not nobody where netstat gave a name that says no number', () => {
    const text = [
      'tcp 0 0 0.0.0.0:15001 0.0.0.0:* LISTEN 1337 11 20/envoy',
      'tcp 0 0 10.0.0.5:40000 203.0.113.7:443 ESTABLISHED app 12 -',
    ].join('\n');
    const { sockets } = parseSs(text, { source: 'netstat' });
    const facts = { sockets, rules: null, addresses: null, processes: [], ports: USUAL_PORTS };
    expect(classifySockets(facts).sockets.at(-1)).toMatchObject({ holder: 'unknown', kind: 'unknown' });
  });

  it('is not known where the proxy was not shown, which it would have to be told from', () => {
    const { asked } = parseSs('', { source: 'ss', command: ['ss', '-tne'] });
    expect(last([held('uid:1000 ino:9')], { shown: asked.map((one) => ({ ...one, live: false })) })).toBe('unknown');
  });
});
