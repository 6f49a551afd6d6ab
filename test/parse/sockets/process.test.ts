import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProcess, parseProcessName } from '../../../src/parse/sockets/process.ts';

const STATUS = 'Name:\tapp\nUid:\t1000\t1001\t1002\t1003\nGid:\t2000\t2001\t2002\t2003\nGroups:\t1337 2000 \n';
const ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90';

describe('a process', () => {
  it('has its effective ids, the group of its files, and its supplementary groups', () => {
    expect(parseProcess(7, STATUS, null)).toEqual({ pid: 7, uid: 1001, gid: 2001, fsgid: 2003, groups: [1337, 2000] });
  });

  it('has a name, with what could tear a line escaped', () => {
    expect(parseProcessName(STATUS)).toBe('app');
    expect(parseProcessName('Name:\ta\\nUid:\t0\nUmask:\t0022\n')).toBe('a\\nUid:\t0');
    expect(parseProcessName('')).toBeNull();
  });

  it.each([
    ['cgroup2, systemd', `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope\n`],
    ['cgroup2, inside a container', `0::/../${ID}\n`],
    ['cgroup1, docker', `12:pids:/kubepods/burstable/pod1/${ID}\n11:cpu:/kubepods/burstable/pod1/${ID}\n`],
    ['CRI-O', `0::/kubepods.slice/crio-${ID}.scope/container\n`],
  ])('has its container: %s', (_, cgroup) => {
    expect(parseProcess(7, STATUS, cgroup)?.container).toBe('a1b2c3d4e5f6');
  });

  it('has no container where the path names none', () => {
    expect(parseProcess(7, STATUS, '0::/system.slice/sshd.service\n')).not.toHaveProperty('container');
  });

  it.skipIf(process.getuid?.() !== 0)('is read as the kernel shows it: a name cannot make up a line', () => {
    const script = String.raw`
import ctypes, os
ctypes.CDLL(None).prctl(15, b'x\nGid:\t0\t0\t0', 0, 0, 0)
os.setgroups([1337, 44]); os.setgid(2000); os.setuid(1000)
print(open('/proc/self/status').read())`;
    const status = execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' });
    expect(parseProcess(1, status, null)).toMatchObject({ uid: 1000, gid: 2000, fsgid: 2000, groups: [44, 1337] });
  });

  it('is null for any other text', () => {
    expect(parseProcess(1, 'Uid:\t0\n', null)).toBeNull();
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), (status, cgroup) => {
        expect(parseProcess(1, status, cgroup)).toBeNull();
      }),
      { seed: 20261101 },
    );
  });
});
