import { describe, expect, it } from 'vitest';
import { failuresIn } from '../../../src/parse/logs/index.ts';

const TEXT = `* nat
-N ISTIO_OUTPUT
-N ISTIO_REDIRECT
-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
-A OUTPUT -p tcp -j ISTIO_OUTPUT
COMMIT
`;
const time = (second: number) => `2025-03-04T09:12:${String(second).padStart(2, '0')}.000000Z`;

function attempt(second: number, tool = 'iptables'): string {
  return [
    `${time(second)}\tinfo\tRunning ${tool}-restore with the following input:`,
    `${TEXT}${time(second)}\tinfo\tRunning command (without lock): ${tool}-restore --noflush\n`,
  ].join('\n');
}

const EXISTS = 'error\tCommand error output: xtables other problem: line 2 failed: Chain already exists.';
const failures = (...lines: string[]) => failuresIn(lines.join(''), 'init.log');

describe('what is no failure', () => {
  it.each([
    ['nothing that is said', attempt(1)],
    [
      'a tool that waits for the lock',
      `${attempt(1)}Another app is currently holding the xtables lock; still 9s 0us time ahead to have a chance to grab the lock...\n`,
    ],
    [
      'a warning about tables of the other variant',
      `${attempt(1)}${time(2)}\terror\tCommand error output: # Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n`,
    ],
    [
      'a backend that was tried and not chosen',
      `${time(1)}\tdebug\tdid not find (or cannot use) iptables binary, error was iptables binary iptables-legacy has no loaded kernel support and cannot be used, err: exit status 3 out: iptables v1.8.9 (legacy): can't initialize iptables table \`filter': Table does not exist\n${attempt(2)}`,
    ],
    [
      'the probes of a pod',
      `${attempt(1)}Warning  Unhealthy  Readiness probe failed: HTTP probe failed with statuscode: 503\n`,
    ],
    [
      'an error of Envoy',
      `${attempt(1)}${time(2)}\terror\tenvoy config\tgRPC config stream closed: 14, upstream connect error\n`,
    ],
    [
      'another program that failed in a log of Istio',
      `${attempt(1)}${time(2)}\tinfo\tdone\n${time(3)}\terror\tcould not fetch the certificate: exit status 1\n`,
    ],
    [
      'a save that could not be made',
      `${attempt(1)}iptables-save v1.8.9 (nf_tables): table \`nat' is incompatible, use 'nft' tool.\n`,
    ],
    [
      'what the comment of a rule says',
      `${attempt(1)}-A ISTIO_OUTPUT -m comment --comment "iptables-restore: line 2 failed" -j RETURN\n`,
    ],
    [
      'a log of kube-proxy',
      `E0101 10:00:00 proxier.go:1] "Failed to execute iptables-restore" err="exit status 1: iptables-restore: line 7 failed"\n`,
    ],
    [
      'a chain that is taken away before it is made',
      `+ iptables -t nat -D PREROUTING -p tcp -j ISTIO_INBOUND\niptables: No chain/target/match by that name.\n`,
    ],
  ])('%s', (_, log) => {
    expect(failures(log)).toEqual([]);
  });
});

describe('one failure', () => {
  it('has the words of the log, the line, the family and the cause', () => {
    const [failure, ...more] = failures(
      attempt(1),
      `${time(2)}\t${EXISTS}\n`,
      `${time(3)}\terror\tFailed to execute: iptables-restore --noflush, exit status 1\n`,
    );
    expect(more).toEqual([]);
    expect(failure).toMatchObject({
      source: 'init.log',
      line: 10,
      family: 'ipv4',
      cause: 'exists',
      rule: '-N ISTIO_OUTPUT',
    });
    expect(failure?.text).toContain('Chain already exists.');
  });

  it('is of IPv6 when the tool of IPv6 says it, or was run last', () => {
    expect(failures(attempt(1), attempt(2, 'ip6tables'), `${time(3)}\t${EXISTS}\n`)).toMatchObject([
      { family: 'ipv6' },
    ]);
    expect(failures(attempt(1), 'ip6tables-restore: line 2 failed\n')).toMatchObject([{ family: 'ipv6' }]);
  });

  it('is known from how the command ended, where nothing else is said', () => {
    expect(failures(attempt(1), `${time(2)}\terror\tcni-agent\tfailed to add pod: exit status 4\n`)).toHaveLength(1);
  });

  it('that stands before everything else is not undone by the text that it is about', () => {
    expect(failures('iptables-restore: line 2 failed\n', attempt(1), `${time(2)}\tinfo\tiptables-save\n`)).toHaveLength(
      1,
    );
  });
});

describe('a second attempt', () => {
  const first = [attempt(1), `${time(2)}\t${EXISTS}\n`];

  it('that goes well leaves no failure', () => {
    expect(failures(...first, attempt(3), `${time(4)}\tinfo\tpod was added to the mesh\n`)).toEqual([]);
  });

  it('whose end is not shown leaves the failure of the first', () => {
    expect(failures(...first, attempt(3))).toHaveLength(1);
  });

  it('that fails as well is one failure, the later', () => {
    expect(failures(...first, attempt(3), `${time(4)}\t${EXISTS}\n`)).toMatchObject([{ line: 20 }]);
  });

  it('for another pod says nothing of the first', () => {
    const of = (pod: string, text: string) => text.replace('COMMIT\n', `COMMIT\tns=shop name=${pod}\n`);
    const log = [of('web', attempt(1)), `${time(2)}\t${EXISTS}\n`, of('db', attempt(3)), `${time(4)}\tinfo\tdone\n`];
    expect(failures(...log)).toMatchObject([{ pod: 'shop/web' }]);
  });
});
