import { type Capture, capturedFile } from '../collect/capture.ts';
import { podNames } from '../istio/pod-names.ts';
import type { Obstacle } from '../model/pod.ts';
import { quoteWords } from '../print/shell.ts';
import { fromTheNode } from './node-shell.ts';

/** What this process may do, as `/proc/self/status` says. Null: it could not be read. */
export interface Rights {
  readonly uid: number;
  readonly netAdmin: boolean;
  readonly netRaw: boolean;
}

/** Bit numbers of include/uapi/linux/capability.h. */
const CAP_NET_ADMIN = 12n;
const CAP_NET_RAW = 13n;

/** The effective uid and the effective capabilities of the process that made the capture. */
export function rightsOf(capture: Capture): Rights | null {
  const content = capturedFile(capture, '/proc/self/status');
  const text = content !== null && 'text' in content ? content.text : '';
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(text)?.[1];
  const effective = /^CapEff:\s+([0-9a-fA-F]{1,16})$/m.exec(text)?.[1];
  if (uid === undefined || effective === undefined) return null;
  const has = (bit: bigint) => ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
  return { uid: Number(uid), netAdmin: has(CAP_NET_ADMIN), netRaw: has(CAP_NET_RAW) };
}

/** What could not be read, and what reading it takes. */
export interface Refusal {
  /** `the rules of iptables-legacy (ipv4)`. */
  readonly what: string;
  readonly needs: 'nft' | 'legacy' | 'legacy-names';
}

/**
 * NAT1001 for everything that was refused: one obstacle, because one step (another way in) removes all of it. The tools
 * say "you must be root", which is wrong both ways: uid 0 is not enough, and for nft not needed.
 */
export function noRights(refusals: readonly Refusal[], rights: Rights | null, capture: Capture): Obstacle[] {
  if (refusals.length === 0) return [];
  const what = [...new Set(refusals.map((refusal) => refusal.what))].join(', ');
  const message = `${what} could not be read: ${missing(refusals, rights)}`;
  return [{ code: 'NAT1001', message, remedy: waysIn(capture.environment), concerns: 'rules' }];
}

function missing(refusals: readonly Refusal[], rights: Rights | null): string {
  const needsRaw = refusals.some((refusal) => refusal.needs !== 'nft');
  const needed = ['CAP_NET_ADMIN', ...(needsRaw ? ['CAP_NET_RAW'] : [])];
  if (rights === null) return `that takes ${needed.join(' and ')}`;
  const lacking = needed.filter((name) => (name === 'CAP_NET_ADMIN' ? !rights.netAdmin : !rights.netRaw));
  const namesOnly = refusals.every((refusal) => refusal.needs === 'legacy-names');
  const uidToo = rights.uid !== 0 && refusals.some((refusal) => refusal.needs === 'legacy-names');
  if (lacking.length === 0) return namesOnly || uidToo ? onlyUid(rights) : foreignNamespace(needed, rights);
  const besides = uidToo ? ' and is not uid 0, who alone may read /proc/net/ip_tables_names' : '';
  return `this process (uid ${rights.uid}) lacks ${lacking.join(' and ')}${besides}. Being root is not what matters`;
}

function onlyUid(rights: Rights): string {
  return `this process (uid ${rights.uid}) is not uid 0, who alone may read /proc/net/ip_tables_names`;
}

/** Capabilities count in the user namespace that owns the network namespace (rootless containers, user namespaces). */
function foreignNamespace(needed: readonly string[], rights: Rights): string {
  const held = `this process (uid ${rights.uid}) has ${needed.join(' and ')}`;
  return `${held}, but not in the user namespace that owns this network namespace, or a security profile forbids it`;
}

/** The ways to the rules that bring the rights, with the names of this pod where the environment tells them. */
export function waysIn(environment: Readonly<Record<string, string>> = {}): string {
  const { pod, namespace } = podNames(environment);
  const place = ['-n', namespace, pod];
  const container = ['--profile=netadmin', '--image=IMAGE'];
  const debug = quoteWords(['kubectl', 'debug', '-it', ...place, ...container, '--', 'istio-nat', 'check']);
  const save = quoteWords(['kubectl', 'exec', ...place, '-c', 'CONTAINER', '--', 'iptables-save']);
  return [
    `\`${debug}\``,
    `or ${fromTheNode(environment)}`,
    `or paste the rules from a container that has CAP_NET_ADMIN: \`${save} | istio-nat check --rules -\``,
  ].join('; ');
}
