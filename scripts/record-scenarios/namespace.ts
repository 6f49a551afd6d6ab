import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StandIn } from './scenario.ts';

const LISTEN = fileURLToPath(new URL('listen.mjs', import.meta.url));

/** A network namespace with lo, an eth0 that leads nowhere, and the processes that listen in it. */
export class Namespace {
  readonly #name: string;
  readonly #processes: ChildProcess[] = [];

  constructor(name: string) {
    this.#name = name;
    execFileSync('ip', ['netns', 'add', name]);
    for (const command of [
      'ip link set lo up',
      'ip link add eth0 type veth peer name peer0',
      'ip addr add 10.77.0.5/24 dev eth0',
      'ip addr add fd77::5/64 dev eth0 nodad',
      'ip link set eth0 up',
    ]) {
      this.run(command.split(' '));
    }
  }

  /** Standard output of a command run inside; throws when it fails. */
  run(argv: readonly string[], input = ''): string {
    const options = { input, encoding: 'utf8', stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 } as const;
    return execFileSync('ip', ['netns', 'exec', this.#name, ...argv], options);
  }

  /** Starts a stand-in and waits until it listens everywhere. */
  async listen({ name, uid, gid = uid, tcp, udp = [] }: StandIn): Promise<void> {
    const owner = ['setpriv', '--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups'];
    const listener = [process.execPath, LISTEN, name, tcp.join(','), udp.join(',')];
    const child = spawn('ip', ['netns', 'exec', this.#name, ...owner, ...listener], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#processes.push(child);
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => Promise.reject(new Error(name)))]);
  }

  async remove(): Promise<void> {
    const ends = this.#processes.map((child) => once(child, 'exit'));
    for (const child of this.#processes) child.kill();
    await Promise.all(ends);
    execFileSync('ip', ['netns', 'del', this.#name]);
  }
}
