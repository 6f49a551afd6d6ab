import { createPod, POD_IPV4, POD_IPV6 } from '../../kernel/index.ts';
import type { Stage } from './judge.ts';

/** Names that layouts give, that edits give, and that the comparison takes for "any other". */
const INTERFACES = ['net1', 'net2', 'eth1', 'kube-br0', 'virt-net1', 'virt-net2', 'other0'];
/** Where witnesses live when nobody knows the pod's addresses. */
const HOMES = ['10.0.0.5', '2001:db8::5'];

/** A pod in which what rules of any layout ask for can be sent. */
export async function createStage(): Promise<Stage> {
  const pod = await createPod({ interfaces: INTERFACES, addresses: HOMES });
  const ipv4 = [POD_IPV4, '10.0.0.5', ...INTERFACES.map((_, n) => `10.78.${n}.5`)];
  const ipv6 = [POD_IPV6, '2001:db8::5', ...INTERFACES.map((_, n) => `fd78:${n + 1}::5`)];
  return { pod, own: { ipv4, ipv6 }, interfaces: ['eth0', ...INTERFACES] };
}
