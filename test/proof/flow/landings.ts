import type { FlowStep, Journey } from '../../../src/flow/types.ts';
import type { Packet } from '../../../src/model/packet.ts';
import type { Attempt, KernelPod } from '../../kernel/index.ts';
import { ADDRESSES } from '../layouts/packets.ts';

/** Nobody stands in for the agent's status port. */
const STAND_INS: ReadonlySet<string> = new Set(['proxy-inbound', 'proxy-outbound', 'tunnel', 'dns', 'application']);

/** Makes the connections of some lives, each from its own first packet, and says where one ends elsewhere. */
export async function otherLandings(pod: KernelPod, lives: readonly Journey[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { name, family, steps } of lives) {
    for (const { packet, who } of connections(steps)) {
      const attempt = attemptOf(packet);
      if (attempt === null) continue;
      const landing = await pod.connect({ ...attempt, timeout: 300 });
      const landed = landing.landed === 'peer' ? 'peer' : `${landing.port ?? landing.landed}`;
      if (landed !== who) wrong.push(`${family} ${name} ${JSON.stringify(packet)}: told ${who}, landed ${landed}`);
    }
  }
  return wrong;
}

interface Connection {
  readonly packet: Packet;
  /** A port of the pod, or `peer`. */
  readonly who: string;
}

function connections(steps: readonly FlowStep[]): Connection[] {
  let first: Packet | undefined;
  return steps.flatMap(({ packet, program, hook, port }) => {
    if (packet !== undefined && packet.inInterface !== 'lo') first = packet;
    if (first === undefined) return [];
    if (hook === 'wire') return [{ packet: first, who: 'peer' }];
    return program !== undefined && STAND_INS.has(program) ? [{ packet: first, who: String(port) }] : [];
  });
}

/** Null: a program of the harness cannot send from that address. */
function attemptOf(packet: Packet): Attempt | null {
  const { own, peer, loopback, passthrough } = ADDRESSES[packet.family];
  const { source, destination, destinationPort, protocol, uid, gid, mark } = packet;
  const outside = packet.hook === 'PREROUTING';
  if (outside ? source !== peer : ![own, loopback, passthrough].includes(source)) return null;
  return {
    from: outside ? 'peer' : 'pod',
    to: destination,
    port: destinationPort ?? 0,
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    ...(typeof uid === 'number' && !outside && { uid }),
    ...(typeof gid === 'number' && !outside && { gid }),
    ...(mark !== undefined && mark !== 0 && { mark }),
    ...(source === passthrough && { source }),
  };
}
