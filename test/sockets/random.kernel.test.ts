import { expect, it } from 'vitest';
import type { SocketEntry } from '../../src/sockets/report.ts';
import { kernelTests } from '../kernel/index.ts';
import { Dice } from '../proof/symbolic/dice.ts';
import type { Actor } from './pod-actors.ts';
import { type Reader, World } from './world.ts';

const WORLDS = Number(process.env.ISTIO_NAT_SOCKET_WORLDS ?? 3);
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20261123);

const READERS: readonly Reader[] = ['root', 'proxy', 'elsewhere'];
const HOSTS = ['203.0.113.7', '203.0.113.8', '203.0.113.9', '203.0.113.10', '2001:db8::7', '2001:db8::8'];
const PORTS = [443, 443, 3306, 5432];
/** Few, so that connections share them. */
const SOURCE_PORTS = [45_000, 45_001, 45_002, 45_003, 45_004, 45_005];
/** Anything else makes no claim: `unknown` with a reason, or `transient`. */
const TOLD: ReadonlySet<string> = new Set(['outbound-proxied', 'outbound-direct']);
const TOOLS = ['iptables-nft', 'ip6tables-nft'];

/** What is done to a pod, and what becomes of connections by that. */
class Play {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #apps: { readonly uid: number; readonly gid: number; readonly actor: Actor }[] = [];
  /** By owner and both ends: whether the proxy took the connection over. */
  readonly captured = new Map<string, boolean>();
  /** Whether the rules are there, and nothing stands before them. */
  #isCapturing = false;
  readonly #portsExclude: number[];
  readonly #hostExclude: string | null;

  constructor(world: World, dice: Dice) {
    this.#world = world;
    this.#dice = dice;
    this.#portsExclude = dice.oneIn(2) ? [dice.pick([3306, 5432])] : [];
    this.#hostExclude = dice.oneIn(3) ? dice.pick(['203.0.113.8', '203.0.113.9']) : null;
  }

  async run(): Promise<void> {
    for (const uid of this.#dice.oneIn(2) ? [1000] : [1000, 1001]) {
      const gid = this.#dice.oneIn(6) ? 1337 : uid;
      this.#apps.push({ uid, gid, actor: await this.#world.start({ uid, gid, name: `app${uid}` }) });
    }
    if (this.#dice.oneIn(3)) await this.#connect(5);
    const proxy = await this.#world.sidecar();
    const ranges = this.#hostExclude === null ? [] : [`${this.#hostExclude}/32`];
    await this.#world.program({ outboundPortsExclude: this.#portsExclude, outboundIpRangesExclude: ranges });
    this.#isCapturing = true;
    await this.#connect(30);
    if (this.#dice.oneIn(3)) await proxy.ask('connect', { to: '203.0.113.10', port: 443, count: 5 });
    if (this.#dice.oneIn(3)) await this.#letBy();
  }

  /** For a while, or from then on, a rule ahead of Istio's lets everything by. */
  async #letBy(): Promise<void> {
    for (const tool of TOOLS) await this.#world.run([tool, '-t', 'nat', '-I', 'OUTPUT', '-j', 'RETURN']);
    this.#isCapturing = false;
    await this.#connect(5);
    if (this.#dice.oneIn(2)) return;
    for (const tool of TOOLS) await this.#world.run([tool, '-t', 'nat', '-D', 'OUTPUT', '-j', 'RETURN']);
  }

  async #connect(most: number): Promise<void> {
    for (let left = this.#dice.below(most) + 1; left > 0; left -= 1) await this.#connectOnce();
  }

  async #connectOnce(): Promise<void> {
    const { uid, gid, actor } = this.#dice.pick(this.#apps);
    const [to, port] = [this.#dice.pick(HOSTS), this.#dice.pick(PORTS)];
    const own = this.#dice.oneIn(2)
      ? { sourcePort: this.#dice.pick(SOURCE_PORTS), shared: true }
      : { count: this.#dice.below(8) + 1 };
    // The same two ends may have a connection already.
    const ports = (await actor.ask('connect', { to, port, ...own }).catch(() => [])) as number[];
    const isExcluded = this.#portsExclude.includes(port) || to === this.#hostExclude || gid === 1337;
    for (const local of ports) this.captured.set(`${uid} ${local} ${to} ${port}`, this.#isCapturing && !isExcluded);
  }
}

function keyOf({ uid, localPort, peer, peerPort }: SocketEntry): string {
  return `${uid} ${localPort} ${peer} ${peerPort}`;
}

kernelTests('random connections that share ports, under rules that come and go', () => {
  it.each(Array.from({ length: WORLDS }, (_, index) => SEED + index))('none is told wrong: seed %i', async (seed) => {
    await using world = await World.create();
    const play = new Play(world, new Dice(seed));
    await play.run();
    for (const reader of READERS) {
      const { sockets } = await world.look(reader);
      const told = sockets.filter((entry) => play.captured.has(keyOf(entry)) && TOLD.has(entry.kind));
      const wrong = told.filter((entry) => (entry.kind === 'outbound-proxied') !== play.captured.get(keyOf(entry)));
      expect(wrong.map((entry) => [reader, entry.kind, entry.because, keyOf(entry)])).toEqual([]);
      expect(told.length).toBeGreaterThan(0);
    }
  });
});
