import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { createPod, kernelTests } from './index.ts';

/** A network namespace as the kernel numbers it (`net:[4026532…]`). */
function namespaceAt(path: string): string {
  return readlinkSync(path);
}

/** Whether any process or descriptor still holds the namespace. */
function isHeld(namespace: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .some((pid) => linksOf(pid).includes(namespace));
}

function linksOf(pid: string): string[] {
  const read = (path: string) => {
    try {
      return [readlinkSync(path)];
    } catch {
      return [];
    }
  };
  const folder = `/proc/${pid}/fd`;
  const descriptors = existsSync(folder) ? safeList(folder).flatMap((fd) => read(`${folder}/${fd}`)) : [];
  return [...read(`/proc/${pid}/ns/net`), ...descriptors];
}

function safeList(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The first thing a program prints; fails when it ends without a word. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('close', (code) => reject(new Error(`ended with ${code} before it printed anything`)));
  });
}

kernelTests('a kernel pod leaves nothing behind', () => {
  it('when it is removed', async () => {
    const pod = await createPod();
    const namespaces = [namespaceAt(pod.netns), namespaceAt(pod.peerNetns)];
    expect(namespaces.map(isHeld)).toEqual([true, true]);
    await pod.remove();
    expect(namespaces.map(isHeld)).toEqual([false, false]);
  });

  it('when it cannot be made', async () => {
    await expect(createPod({ interfaces: ['a-name-too-long-for-linux'] })).rejects.toThrow('ip -batch');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('when its process dies of %s', async (signal) => {
    const program = `
      const { createPod } = await import(${JSON.stringify(fileURLToPath(new URL('index.ts', import.meta.url)))});
      const { readlinkSync } = await import('node:fs');
      const pod = await createPod();
      process.stdout.write(readlinkSync(pod.netns) + '\\n');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const namespace = await firstLine(child);
    expect(isHeld(namespace)).toBe(true);
    child.kill(signal);
    await vi.waitFor(() => expect(isHeld(namespace)).toBe(false), { timeout: 5000 });
  });
});
