import type { Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import { AgentProcess } from './agent-process.ts';
import { type CommandResult, outputOf, runInside } from './commands.ts';
import { encode, type PacketRequest } from './encode.ts';
import { type Attempt, connectRequest, type Landing, listenRequest, type StandIn } from './landing.ts';
import { type NetworkOptions, ownAddresses, peerNetwork, podNetwork } from './network.ts';
import { type AgentObservation, interpret, type Observed, type PathStep } from './observed.ts';
import { withRuleIndexes } from './path.ts';
import { PROBE_TABLE, probeText } from './probe.ts';
import { conntrackZones, flush, readBack, restore, tproxyPorts, type Variant } from './rules.ts';

/** How a pod is made. */
export interface PodOptions extends NetworkOptions {
  /** False: connections are tracked only if the rules under test need it; states, marks and zones stay unseen. */
  readonly conntrack?: boolean;
}

/** Packets per request to the agent: enough to make the round trip cheap, few enough to keep a line short. */
const BATCH = 500;

/**
 * A network namespace like a pod's, with a peer at the other end of its eth0, whose rules can be programmed and whose
 * packets can be watched. Made by `createPod`; `remove` it, or use `await using`.
 */
export class KernelPod implements AsyncDisposable {
  /** Paths to the two network namespaces, valid until `remove`: for `nsenter --net=` and setns. */
  readonly netns: string;
  readonly peerNetns: string;
  readonly #agent: AgentProcess;
  readonly #options: PodOptions;
  #probing = false;
  #zones = new Set([0]);
  /** gid of a transparent socket → its port. */
  #transparent = new Map<number, number>();

  constructor(agent: AgentProcess, netns: { readonly pod: string; readonly peer: string }, options: PodOptions) {
    this.#agent = agent;
    this.netns = netns.pod;
    this.peerNetns = netns.peer;
    this.#options = options;
  }

  /** Replaces the tables in the text of an `iptables-save`, and waits with transparent sockets for its TPROXY rules. */
  async restore(variant: Variant, family: Family, text: string): Promise<void> {
    await this.#prepareFor(text);
    await restore(this.netns, variant, family, text);
  }

  /** Runs an nft script (`nft -f -`). */
  async nft(text: string): Promise<void> {
    await this.#prepareFor(text);
    await outputOf(this.netns, ['nft', '-f', '-'], text);
  }

  /** Runs a command in the pod's network namespace, whatever its exit code. */
  exec(argv: readonly string[], input?: string): Promise<CommandResult> {
    return runInside(this.netns, argv, input);
  }

  /** The rules as `iptables-save` of the variant prints them back. */
  readBack(variant: Variant, family: Family): Promise<string> {
    return readBack(this.netns, variant, family);
  }

  /** Back to no rules at all, in about 15 ms. Listeners stay; legacy tables stay registered, empty. */
  async flush(): Promise<void> {
    await flush(this.netns, this.#agent);
    this.#zones = new Set([0]);
  }

  /** What the rules do to one packet. */
  async observe(packet: Packet): Promise<Observed> {
    const [observed] = await this.observeAll([packet]);
    if (!observed) throw new Error('the agent gave no answer');
    return observed;
  }

  /** What the rules do to each of many packets, in order; several thousand a second. They do not affect each other. */
  observeAll(packets: readonly Packet[]): Promise<readonly Observed[]> {
    return this.#observe(packets, false);
  }

  /** Takes the taps out until packets are observed again: whoever looks at the rules then sees those under test alone. */
  async unloadProbe(): Promise<void> {
    if (!this.#probing) return;
    await this.#agent.request('unprobe', { table: PROBE_TABLE });
    this.#probing = false;
  }

  /** The rules that the kernel says a packet matched, and the policies that let it by, of both backends, in order. */
  async path(packet: Packet): Promise<readonly PathStep[]> {
    const [observed] = await this.traceAll([packet]);
    return observed?.kind === 'observed' ? observed.path : [];
  }

  /** What the rules do to each of many packets, with the paths that `path` would give: fifty packets or more a second. */
  async traceAll(packets: readonly Packet[]): Promise<readonly Observed[]> {
    const observed = await this.#observe(packets, true);
    const paths = observed.map((one) => (one.kind === 'observed' ? one.path : []));
    const indexed = await withRuleIndexes(this.netns, paths);
    return observed.map((one, position) => (one.kind === 'observed' ? { ...one, path: indexed[position] ?? [] } : one));
  }

  /** Opens stand-in listeners; one already at the same place gives way. */
  async listen(standIns: readonly StandIn[]): Promise<void> {
    const families = (this.#options.ipv6 ?? true) ? [4, 6] : [4];
    await this.#agent.request('listen', { listeners: standIns.map((standIn) => listenRequest(standIn, families)) });
    for (const { transparent, gid, port } of standIns) if (transparent) this.#transparent.set(gid, port);
  }

  /** Makes a real connection (or sends a datagram) by a program of that owner; says who got it. */
  connect(attempt: Attempt): Promise<Landing> {
    return this.#agent.request('connect', { to: connectRequest(attempt) });
  }

  /** Ends the namespaces and every socket in them. */
  remove(): Promise<void> {
    return this.#agent.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }

  async #observe(packets: readonly Packet[], trace: boolean): Promise<readonly Observed[]> {
    await this.#loadProbe();
    const encoded = packets.map(encode);
    const answers = await this.#ask(
      encoded.filter((request): request is PacketRequest => !('kind' in request)),
      trace,
    );
    const around = { transparent: this.#transparent, ownAddresses: ownAddresses(this.#options) };
    return encoded.map((request, position) => {
      const packet = packets[position];
      const answer = 'kind' in request ? undefined : answers.shift();
      if ('kind' in request) return request;
      if (!packet || !answer) throw new Error('the agent gave too few answers');
      return interpret(packet, answer, around);
    });
  }

  async #ask(requests: readonly PacketRequest[], trace: boolean): Promise<AgentObservation[]> {
    const answers: AgentObservation[] = [];
    for (let start = 0; start < requests.length; start += BATCH) {
      const fields = { packets: requests.slice(start, start + BATCH), zones: [...this.#zones], trace };
      answers.push(...(await this.#agent.request<AgentObservation[]>('observe', fields)));
    }
    return answers;
  }

  /** The taps are put in when they are first needed, so that a pod that is only read shows no table of ours. */
  async #loadProbe(): Promise<void> {
    if (this.#probing) return;
    await this.#agent.request('probe', { table: PROBE_TABLE, text: probeText(this.#options.conntrack ?? true) });
    this.#probing = true;
  }

  async #prepareFor(text: string): Promise<void> {
    for (const zone of conntrackZones(text)) this.#zones.add(zone);
    const waiting = new Set(this.#transparent.values());
    const ports = tproxyPorts(text).filter((port) => !waiting.has(port));
    // root's, as a transparent proxy is; the socket's gid is its port, so that the taps can tell which one TPROXY chose
    await this.listen(
      ports.flatMap((port) => (['tcp', 'udp'] as const).map((protocol) => transparent(protocol, port))),
    );
  }
}

function transparent(protocol: 'tcp' | 'udp', port: number): StandIn {
  return { name: 'tproxy', protocol, port, uid: 0, gid: port, transparent: true };
}

/** Makes a pod and its peer, joined by a veth (eth0 on both sides), with no rules. Takes about 100 ms. */
export async function createPod(options: PodOptions = {}): Promise<KernelPod> {
  const agent = new AgentProcess();
  try {
    const netns = await agent.request<{ pod: string; peer: string }>('hello');
    await outputOf(netns.peer, ['ip', '-batch', '-'], peerNetwork(options, netns.pod).join('\n'));
    await outputOf(netns.pod, ['ip', '-batch', '-'], podNetwork(options).join('\n'));
    return new KernelPod(agent, netns, options);
  } catch (error) {
    await agent.stop();
    throw error;
  }
}
