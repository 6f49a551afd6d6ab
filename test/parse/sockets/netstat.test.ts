import { describe, expect, test } from 'vitest';
import { parseSs } from '../../../src/parse/sockets/ss.ts';

/** The sockets of a text that must be read to the last line. */
function read(text: string) {
  const { sockets, diagnostics, asked } = parseSs(text, { source: 'netstat' });
  expect(diagnostics).toEqual([]);
  return { sockets, asked };
}

const ONLY_SERVERS = 'Active Internet connections (only servers)\n';
const COLUMNS = 'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name\n';

describe('netstat', () => {
  test('of net-tools without rights', () => {
    const { sockets, asked } = read(`(Not all processes could be identified, non-owned process info
 will not be shown, you would have to be root to see it all.)
${ONLY_SERVERS}${COLUMNS}tcp        0      0 0.0.0.0:15006           0.0.0.0:*               LISTEN      -
tcp6       0      0 :::15020                :::*                    LISTEN      12/pilot-agent
udp        0      0 127.0.0.1:15053         0.0.0.0:*                           -
`);
    expect(sockets).toMatchObject([
      { protocol: 'tcp', state: 'LISTEN', localAddress: '0.0.0.0', localPort: 15006, family: 'ipv4', uid: null },
      { localAddress: '*', localPort: 15020, family: 'any', process: { name: 'pilot-agent', pid: 12 } },
      { protocol: 'udp', state: 'UNCONN', localAddress: '127.0.0.1', localPort: 15053 },
    ]);
    expect(sockets[0]).not.toHaveProperty('process');
    expect(asked).toMatchObject([{ protocols: ['tcp', 'udp'], states: 'listening', filtered: false }]);
  });

  test('of busybox, which calls both families tcp', () => {
    const { sockets } = read(`Active Internet connections (servers and established)
${COLUMNS}netstat: showing only processes with your user ID
tcp        0      0 :::15020                :::*                    LISTEN      -
tcp        0      0 ::ffff:10.0.0.5:8080    ::ffff:10.0.0.9:40000   ESTABLISHED 1/java
`);
    expect(sockets).toMatchObject([
      { family: 'any', localAddress: '*', localPort: 15020 },
      { family: 'ipv4', localAddress: '10.0.0.5', peerAddress: '10.0.0.9', peerPort: 40000, state: 'ESTAB' },
    ]);
  });

  test('without -n, names that every machine has', () => {
    const { sockets, asked } = read(`Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       User        Inode      PID/Program name
tcp        0      0 localhost:15000         0.0.0.0:*               LISTEN      istio-proxy 12345      20/envoy
tcp6       0      0 ip6-localhost:https     [::]:*                  LISTEN      root        12347      -
tcp        0      0 0.0.0.0:https           0.0.0.0:*               LISTEN      app         12348      -
`);
    expect(sockets).toMatchObject([
      { localAddress: '127.0.0.1', localPort: 15000, uid: 1337 },
      { localAddress: '::1', localPort: 443, uid: 0 },
      { localAddress: '0.0.0.0', localPort: 443, uid: null, inode: 12348 },
    ]);
    expect(asked).toMatchObject([{ columns: ['uid', 'process'] }]);
  });
});

describe('ss without -n', () => {
  test('names ports that every machine knows, and says where a kernel lacks a protocol', () => {
    const { sockets } = read(`RTNETLINK answers: Invalid argument
State  Recv-Q Send-Q Local Address:Port     Peer Address:PortProcess
LISTEN 0      5            0.0.0.0:https         0.0.0.0:*
LISTEN 0      5         0.0.0.0%lo:9090          0.0.0.0:*
`);
    expect(sockets).toMatchObject([{ localPort: 443 }, { localPort: 9090, interface: 'lo' }]);
  });
});
