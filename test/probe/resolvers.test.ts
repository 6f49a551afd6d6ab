import { describe, expect, it } from 'vitest';
import type { FileContent } from '../../src/collect/files.ts';
import type { Facts } from '../../src/observe/facts.ts';
import { podResolvers } from '../../src/probe/resolvers.ts';
import { listening } from '../diagnose/checks/sockets.ts';
import { podWith } from '../diagnose/pod-of.ts';

const MISSING: FileContent = { error: 'missing', message: 'it does not exist' };
const sockets = listening({ at: '0.0.0.0:8080', uid: 472 }).map((socket) => ({
  ...socket,
  process: { name: 'app', pid: 77 },
}));

function facts(changes: Partial<Facts> = {}): Facts {
  const said = { environment: {}, labels: {}, annotations: {}, resolvers: ['192.168.1.1'] };
  return { pod: podWith('', { sockets }), source: { kind: 'live' }, ...said, ...changes };
}

function ask(asked: Facts, files: Readonly<Record<string, string>> = {}) {
  const read = async (path: string) => (files[path] === undefined ? MISSING : { text: files[path] });
  return podResolvers(asked, { read });
}

describe('the resolvers of a pod', () => {
  it('are those of the file here, in a container of the pod', async () => {
    for (const own of [{ isAmongOwnFiles: true }, { environment: { POD_NAME: 'a' } }]) {
      expect(await ask(facts(own))).toEqual({ resolvers: ['192.168.1.1'], notes: [] });
    }
  });

  it('are those of a process that listens there, seen from a node', async () => {
    const files = { '/proc/77/root/etc/resolv.conf': 'nameserver 10.96.0.10\n' };
    expect(await ask(facts(), files)).toEqual({ resolvers: ['10.96.0.10'], notes: [] });
  });

  it("are not the node's where the pod's cannot be read", async () => {
    const { resolvers, notes } = await ask(facts());
    expect(resolvers).toEqual([]);
    expect(notes.join()).toContain('may be that of the node');
  });
});
