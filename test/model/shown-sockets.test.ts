import { describe, expect, it } from 'vitest';
import { couldShowConnections, couldShowListener, isSilent } from '../../src/model/shown-sockets.ts';
import { observeRules } from '../../src/observe/index.ts';

const WITHOUT_NETID = `State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
LISTEN 0      128          0.0.0.0:15006      0.0.0.0:*
LISTEN 0      128          0.0.0.0:15053      0.0.0.0:*
`;
const HEADER = 'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n';

const NETSTAT =
  'Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address   Foreign Address   State   PID/Program name\n';

function seen(text: string) {
  return observeRules([], { socketsText: { name: 'sockets', text } });
}

function shows(text: string, protocol: 'tcp' | 'udp', port: number): boolean {
  return couldShowListener(seen(text), { protocol, port });
}

describe('a listener that is not there', () => {
  it('was not asked for, where there is no column for the protocol', () => {
    expect(shows(WITHOUT_NETID, 'tcp', 15001)).toBe(true);
    expect(shows(WITHOUT_NETID, 'udp', 15053)).toBe(false);
    expect(
      shows(WITHOUT_NETID.replaceAll(/^LISTEN/gm, 'tcp LISTEN').replace(/^State/, 'Netid State'), 'udp', 15053),
    ).toBe(true);
  });

  it('may be of the other family, where all are of one and no command says that both were asked for', () => {
    const ofIpv6 = (text: string) => couldShowListener(seen(text), { protocol: 'tcp', port: 15001, family: 'ipv6' });
    expect(ofIpv6(WITHOUT_NETID)).toBe(false);
    expect(ofIpv6(`# ss -tln\n${WITHOUT_NETID}`)).toBe(true);
    expect(ofIpv6(`${WITHOUT_NETID}LISTEN 0 128 *:8080 *:*\n`)).toBe(true);
    expect(ofIpv6(`# ss -4tln\n${WITHOUT_NETID}`)).toBe(false);
    // A socket of IPv6 may take what comes over IPv4.
    expect(shows(`# ss -4tln\n${WITHOUT_NETID}`, 'tcp', 15001)).toBe(false);
  });

  it('would be in another part of a text that has several', () => {
    const udp = WITHOUT_NETID.replaceAll('LISTEN', 'UNCONN');
    expect(shows(`${WITHOUT_NETID}${udp}`, 'udp', 15013)).toBe(true);
  });

  it('was not asked for, where only connections were', () => {
    const text = `State Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\nESTAB 0 0 10.0.0.5:43210 10.0.0.9:443\n`;
    expect(shows(text, 'tcp', 15001)).toBe(false);
    expect(couldShowConnections(seen(text))).toBe(true);
    expect(couldShowConnections(seen(WITHOUT_NETID))).toBe(false);
  });

  it('would be shown by the command that stands above', () => {
    expect(shows(`/ # ss -ltun\n${HEADER}tcp LISTEN 0 128 0.0.0.0:15006 0.0.0.0:*\n`, 'udp', 15053)).toBe(true);
    expect(shows(`/ # ss -ltun | grep 15006\ntcp LISTEN 0 128 0.0.0.0:15006 0.0.0.0:*\n`, 'tcp', 15001)).toBe(false);
  });

  it('may be among the lines that a search left out', () => {
    expect(shows('LISTEN 0 128 0.0.0.0:15001 0.0.0.0:*\n', 'tcp', 15006)).toBe(false);
    expect(shows('LISTEN 0 128 0.0.0.0:15001 0.0.0.0:*\nLISTEN 0 128 0.0.0.0:15021 0.0.0.0:*\n', 'tcp', 15006)).toBe(
      true,
    );
    expect(shows('LISTEN 0 128 0.0.0.0:15001 0.0.0.0:* users:(("envoy",pid=7,fd=3))\n', 'tcp', 15053)).toBe(false);
    expect(shows('LISTEN 0 128 0.0.0.0:8080 0.0.0.0:*\n', 'tcp', 15001)).toBe(true);
  });

  it('may be among them with -e as well, where all that is left has one port or is envoy’s', () => {
    const outbound = 'tcp LISTEN 0 128 0.0.0.0:15001 0.0.0.0:* uid:1337 ino:11 sk:1\n';
    const accepted = 'tcp ESTAB 0 0 127.0.0.1:15001 10.0.0.5:40000 uid:1337 ino:12 sk:2\n';
    const app = 'tcp LISTEN 0 128 *:8080 *:* uid:1000 ino:13 sk:3\n';
    expect(shows(`${outbound}${accepted}`, 'tcp', 15006)).toBe(false);
    expect(shows(`${outbound}${accepted}${app}`, 'tcp', 15006)).toBe(true);
    const envoy = (line: string) => line.replace('uid', 'users:(("envoy",pid=7,fd=3)) uid');
    expect(shows(`${envoy(outbound)}${envoy(accepted)}`, 'udp', 15053)).toBe(false);
  });

  it('may stand in a line that was not read', () => {
    expect(shows(`${WITHOUT_NETID}LISTEN 0 1 nonsense\n`, 'tcp', 15001)).toBe(false);
  });
});

describe('nobody listens at all', () => {
  it('where the command shows that somebody looked', () => {
    expect(isSilent(seen(`$ ss -ltn\n${HEADER}`))).toBe(true);
    expect(isSilent(seen('# ss -Htunaep\n'))).toBe(true);
  });

  it.each([
    ['an empty text', ''],
    ['a header, which is the same above no connections (ss -tun) and above no sockets (ss -tuna)', HEADER],
    ['a title of netstat, which is the same for udp (-ul) and for both (-tul)', NETSTAT],
  ])('may be so behind %s, which is left open', (_, text) => {
    const pod = seen(text);
    expect(pod.sockets).toBeNull();
    expect(pod.obstacles.filter(({ concerns }) => concerns === 'sockets')).toMatchObject([
      { code: 'NAT1004', message: expect.stringContaining('nobody listens') },
    ]);
    expect(seen(`${text}${WITHOUT_NETID}`).obstacles.filter(({ concerns }) => concerns === 'sockets')).toEqual([]);
  });

  it('not where a text shows other things', () => {
    expect(isSilent(seen('# ss -tn\n'))).toBe(false);
    expect(isSilent(seen('# ss -uln\n'))).toBe(false);
  });
});
