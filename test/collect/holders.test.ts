import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { socketHolders } from '../../src/collect/socket-owners.ts';

test.skipIf(process.platform !== 'linux')(
  'this process holds the sockets that it opened, until it closes them',
  async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    const inode = statSync(`/proc/self/fd/${fd}`).ino;
    const holdersOf = (wanted: number) => socketHolders().filter(({ inodes }) => inodes.includes(wanted));
    expect(holdersOf(inode).map(({ pid }) => pid)).toEqual([process.pid]);
    await new Promise((resolve) => server.close(resolve));
    expect(holdersOf(inode)).toEqual([]);
  },
);
