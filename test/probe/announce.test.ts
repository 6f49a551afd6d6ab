import { describe, expect, it } from 'vitest';
import type { Attempt, Network } from '../../src/collect/attempt/attempt.ts';
import type { Outside } from '../../src/collect/outside.ts';
import { whyNotSentTo } from '../../src/probe/address.ts';
import { type ProbeRequest, probe } from '../asked.ts';

const ADDRESSES = `1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <UP> mtu 1500
    inet 10.0.5.7/22 brd 10.0.7.255 scope global eth0
    inet6 fd00::5/64 scope global
`;

/** A pod without rules whose resolv.conf says this. */
function outside(resolvers: string): Outside {
  const answers: Readonly<Record<string, string>> = { 'ip addr show': ADDRESSES };
  return {
    runner: {
      run: async (argv) => ({
        ...{ argv, path: `/usr/sbin/${argv[0]}`, exitCode: 0, stderr: '', failure: null, durationMs: 1 },
        stdout: answers[argv.join(' ')] ?? '',
      }),
    },
    files: {
      read: async (path) => (path === '/etc/resolv.conf' ? { text: resolvers } : { text: '' }),
      holders: async () => [],
    },
    readInput: async () => ({ error: 'missing', message: '' }),
    readLines: async function* () {},
  };
}

interface Course {
  /** What was said and sent, in order. */
  readonly course: readonly (string | Attempt)[];
}

async function probed(resolvers: string, request: Partial<ProbeRequest> = {}): Promise<Course> {
  const course: (string | Attempt)[] = [];
  const network: Network = {
    attempt: async (attempt) => {
      course.push(attempt);
      return { ending: 'timed-out', message: null, durationMs: 1, seen: null };
    },
  };
  const asked = { config: { flags: {}, env: {} }, owners: [{ uid: 1000, gid: 1000 }], timeoutMs: 1, dryRun: false };
  await probe({ ...asked, ...request }, outside(resolvers), network, async (line) => void course.push(line));
  return { course };
}

const text = ({ course }: Course) => course.filter((step) => typeof step === 'string').join('\n');
const attempts = ({ course }: Course) => course.filter((step) => typeof step !== 'string');

describe('probe', () => {
  it('names every address before it sends anything, and sends to no other', async () => {
    const seen = await probed('nameserver 10.96.0.10\nnameserver fd00:96::a\n');
    const first = seen.course.findIndex((step) => typeof step !== 'string');
    const said = seen.course.slice(0, first).join('\n');
    expect(said).toContain('udp 10.96.0.10:53 (name server of /etc/resolv.conf)');
    expect(seen.course.slice(first).every((step) => typeof step !== 'string')).toBe(true);
    expect(attempts(seen).length).toBeGreaterThan(4);
    for (const { protocol, destination, port } of attempts(seen)) {
      const place = destination.includes(':') ? `[${destination}]:${port}` : `${destination}:${port}`;
      expect(said).toMatch(new RegExp(`${protocol} ${place.replace(/[.[\]]/g, '\\$&')}[,. ]`));
    }
  });

  it('says the same in a dry run and sends nothing', async () => {
    const wet = await probed('nameserver 10.96.0.10\n');
    const dry = await probed('nameserver 10.96.0.10\n', { dryRun: true });
    expect([text(dry), attempts(dry)]).toEqual([text(wet), []]);
  });

  it.each(['224.0.0.251', '255.255.255.255', '0.0.0.0', '10.0.7.255', 'ff02::fb', '::', '::ffff:10.0.0.1'])(
    'asks no name server %s, says so, and takes the next',
    async (address) => {
      const seen = await probed(`nameserver ${address}\nnameserver 10.96.0.10\nnameserver fd00:96::a\n`);
      expect(attempts(seen).map(({ destination }) => destination)).not.toContain(address);
      expect(text(seen)).toContain(`the name server ${address} of /etc/resolv.conf is not asked: it is`);
      expect(attempts(seen).map(({ destination }) => destination)).toEqual(
        expect.arrayContaining(['10.96.0.10', 'fd00:96::a']),
      );
    },
  );

  it('refuses such an address as --to before it says or sends anything', async () => {
    const to = { address: '10.0.7.255', port: 80 };
    await expect(probed('', { to })).rejects.toThrow('--to 10.0.7.255: nothing is sent there');
  });
});

it.each(['10.0.7.254', '10.0.8.255', '127.0.0.53', 'fe80::1', 'fd00::ffff'])('%s may be sent to', (address) => {
  const own = { interface: 'eth0', scope: 'global' };
  const addresses = [
    { ...own, family: 'ipv4', address: '10.0.5.7', prefixLength: 22 } as const,
    { ...own, family: 'ipv4', address: '10.0.8.255', prefixLength: 32 } as const,
  ];
  expect(whyNotSentTo(address, { rules: [], routes: [], addresses })).toBeNull();
});
