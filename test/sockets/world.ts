import { readFileSync } from 'node:fs';
import type { FileContent } from '../../src/collect/files.ts';
import { localRunner } from '../../src/collect/local-runner.ts';
import type { Outside } from '../../src/collect/outside.ts';
import type { CommandRunner } from '../../src/collect/runner.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig, expectedRouting } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { CheckReport } from '../../src/model/report.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import type { SocketEntry, SocketsAnswer } from '../../src/sockets/report.ts';
import { check, sockets } from '../asked.ts';
import { createPod, type KernelPod } from '../kernel/index.ts';
import { Actor, type ActorOwner } from './pod-actors.ts';

/** The port behind which the peer waits in every world. */
export const PEER_PORTS = [443, 3306, 5432, 15012, 53] as const;

/** Connections are taken over by processes of their own; this is how long that may take. */
const SETTLING_MS = 150;

/**
 * Who reads the sockets: all rights; the istio-proxy container; all rights, but in a pid namespace of its own, or in that of
 * the first process of a container.
 */
export type Reader = 'root' | 'proxy' | 'elsewhere' | Actor;

const AS: Readonly<Record<Exclude<Reader, Actor>, readonly string[]>> = {
  root: [],
  proxy: [
    ...['setpriv', '--reuid', '1337', '--regid', '1337', '--clear-groups'],
    ...['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
  ],
  elsewhere: ['unshare', '--pid', '--fork', '--mount-proc'],
};

/** A pod and its peer with processes in them. End it, or use `await using`. */
export class World implements AsyncDisposable {
  readonly #pod: KernelPod;
  readonly #actors: Actor[] = [];

  private constructor(pod: KernelPod) {
    this.#pod = pod;
  }

  /** A pod without rules, whose peer waits on PEER_PORTS of every address behind it. */
  static async create(): Promise<World> {
    const world = new World(await createPod({ passthroughIpv6: true }));
    const peer = await world.start({ uid: 0, name: 'peer' }, 'peer');
    for (const port of PEER_PORTS) await world.listen(peer, port);
    return world;
  }

  get pod(): KernelPod {
    return this.#pod;
  }

  /** The process at the other end of the pod's eth0. */
  get peer(): Actor {
    const [peer] = this.#actors;
    if (peer === undefined) throw new Error('there is no peer');
    return peer;
  }

  async start(owner: ActorOwner, where: 'pod' | 'peer' = 'pod'): Promise<Actor> {
    const actor = await Actor.start(where === 'pod' ? this.#pod.netns : this.#pod.peerNetns, owner);
    this.#actors.push(actor);
    return actor;
  }

  /** Listens for both families with one socket each. */
  async listen(actor: Actor, port: number, fields: object = {}, operation = 'listen'): Promise<void> {
    for (const address of ['0.0.0.0', '::']) await actor.ask(operation, { address, port, ...fields });
  }

  /** A sidecar's proxy: its ports of both families, and the agent's for health. */
  async sidecar(owner: ActorOwner = { uid: 1337, name: 'envoy' }, inbound: object = {}): Promise<Actor> {
    const proxy = await this.start(owner);
    await this.listen(proxy, 15001, {}, 'outbound');
    await this.listen(proxy, 15006, inbound, 'inbound');
    await this.listen(proxy, 15021);
    return proxy;
  }

  /** Loads the layout of a configuration, both families, beside what is there. */
  async program(inputs: Partial<Config> = {}): Promise<void> {
    const config = { ...defaultConfig('1.28.10'), enableIpv6: true, ...inputs };
    const { tables } = expectedRuleset(config);
    for (const family of FAMILIES)
      await this.#load(family, printSave(tables.filter((table) => table.family === family)));
    const { rules, routes } = expectedRouting(config);
    const tool = (family: Family) => ['ip', family === 'ipv6' ? '-6' : '-4'];
    for (const { family, text, priority } of rules)
      await this.run([
        ...tool(family),
        'rule',
        'add',
        ...text.replace('from all ', '').split(' '),
        'pref',
        `${priority}`,
      ]);
    for (const { family, text, table } of routes)
      await this.run([...tool(family), 'route', 'add', ...text.split(' '), 'table', table]);
  }

  async #load(family: Family, text: string): Promise<void> {
    await this.run([family === 'ipv6' ? 'ip6tables-nft-restore' : 'iptables-nft-restore', '--noflush'], text);
  }

  /** Runs a command in the pod, which must succeed; gives what it printed. */
  async run(argv: readonly string[], input?: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#pod.exec(argv, input);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** What `sockets` says, with the rights of a reader. */
  async look(reader: Reader = 'root'): Promise<SocketsAnswer> {
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    return (await sockets({ source: { kind: 'live' }, rulesGiven: true, toolVersion: '0' }, this.outside(reader)))
      .report;
  }

  /** What `check` says of it, held against a configuration. */
  async check(inputs: Readonly<Record<string, unknown>>, reader: Reader = 'root'): Promise<CheckReport> {
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    const outside = this.outside(reader);
    const config = { configFile: 'config.json', flags: {}, env: {} };
    const text = JSON.stringify({ istioVersion: '1.28.10', enableIpv6: true, ...inputs });
    return check(
      { source: { kind: 'live' }, config, toolVersion: '0' },
      { ...outside, readInput: async () => ({ text }) },
    );
  }

  /** The pod as a program in it would see it. */
  outside(reader: Reader): Outside {
    const runner = localRunner();
    const as = reader instanceof Actor ? reader.inside() : AS[reader];
    const inside: CommandRunner = {
      run: async (argv, options) => {
        const command = ['nsenter', `--net=${this.#pod.netns}`, ...as, ...argv] as const;
        return { ...(await runner.run(command as readonly [string, ...string[]], options)), argv };
      },
    };
    const read = async (path: string): Promise<FileContent> => {
      if (reader !== 'root' && /^\/proc\/\d/.test(path)) return this.#readAs(inside, path);
      if (/^\/proc\/net\//.test(path)) return this.#readAs(inside, path);
      if (path === '/proc/self/status') return this.#readAs(inside, path);
      return { error: 'missing', message: 'not in this world' };
    };
    const readHere = async (path: string): Promise<FileContent> => {
      if (reader === 'root' && /^\/proc\/\d/.test(path)) return { text: readFileSync(path, 'utf8') };
      return read(path);
    };
    return {
      runner: inside,
      // Asked only where there is no ss.
      files: { read: readHere, holders: async () => [] },
      readInput: () => Promise.reject(new Error('no files here')),
      readLines: () => {
        throw new Error('no packets here');
      },
    };
  }

  async #readAs(runner: CommandRunner, path: string): Promise<FileContent> {
    const { exitCode, stdout } = await runner.run(['cat', path]);
    return exitCode === 0 ? { text: stdout } : { error: 'missing', message: 'it cannot be read' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const actor of this.#actors) await actor.stop();
    await this.#pod.remove();
  }
}

/** The kinds of sockets that an answer has, with how often; a filter leaves some out. */
export function kindsOf(
  { sockets: all }: SocketsAnswer,
  wanted: (entry: SocketEntry) => boolean = () => true,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of all.filter(wanted)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The one connection to a port of another host. */
export function connectionTo(answer: SocketsAnswer, peerPort: number, uid = 1000): SocketEntry {
  return only(
    answer.sockets.filter((entry) => entry.peerPort === peerPort && entry.uid === uid),
    `to ${peerPort}`,
  );
}

/** The one connection of an owner on a port here. */
export function connectionOn(answer: SocketsAnswer, localPort: number, peer?: string): SocketEntry {
  const found = answer.sockets.filter((entry) => entry.localPort === localPort && entry.peer !== undefined);
  return only(peer === undefined ? found : found.filter((entry) => entry.peer === peer), `on ${localPort}`);
}

/** The one listener on a port. */
export function listenerOn(answer: SocketsAnswer, port: number): SocketEntry {
  return only(
    answer.sockets.filter((entry) => entry.localPort === port && entry.peer === undefined),
    `listening on ${port}`,
  );
}

function only(found: readonly SocketEntry[], what: string): SocketEntry {
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} sockets ${what}`);
  return first;
}
