import type { DifferentClass, OpenClass } from '../evaluate/compare.ts';
import { evaluatePacket, Hooks, type Trace } from '../evaluate/packet.ts';
import type { Packet, Verdict } from '../model/packet.ts';
import { localAddresses, type Pod } from '../model/pod.ts';
import type { RuleReference, Ruleset } from '../model/ruleset.ts';
import { asTexts, namedNetworks, samplesOf } from '../rules/networks.ts';
import { quoted } from '../rules/quote.ts';

/** Classes of packets that differ, and those of which only the addresses of the pod tell whether they do. */
export interface Settled {
  readonly different: readonly DifferentClass[];
  readonly open: readonly OpenClass[];
}

/** More addresses are not tried for one class: nobody's firewall names so many as the pod's own. */
const MOST_TRIED = 256;

/**
 * What comes to a pod is for one of its own addresses, and what it sends is from one. So a firewall that blocks by these
 * does to a pod what it does to its addresses, whatever it does to others; where they are not known, it is left open
 * unless it blocks all of them alike.
 */
export function settleOwnAddress(different: readonly DifferentClass[], pod: Pod, expected: Ruleset): Settled {
  const sides = { live: new Hooks(pod.ruleset), expected: new Hooks(expected) };
  const settled = different.map((one) => settle(one, pod, sides)).filter((one) => one !== null);
  const open = settled.flatMap((one) => ('because' in one ? [one] : []));
  const first = new Map(open.toReversed().map((one) => [`${one.family} ${one.because}`, one]));
  return {
    different: settled.flatMap((one) => ('live' in one ? [one] : [])),
    open: [...first.values()].toReversed(),
  };
}

type Sides = { readonly live: Hooks; readonly expected: Hooks };

function settle(one: DifferentClass, pod: Pod, sides: Sides): DifferentClass | OpenClass | null {
  const { family, hook, packets, witness } = one;
  const side = hook === 'PREROUTING' ? 'destination' : 'source';
  if (!isBlocked(one.live.verdict) || isBlocked(one.expected.verdict) || isInside(witness)) return one;
  const about = one.live.steps.map(({ where }) => where).filter((where) => namesOf(where, one).length > 0);
  const [first] = about;
  if (first === undefined) return one;
  const own = localAddresses(pod).filter((text) => text.includes(':') === (family === 'ipv6'));
  const known = own.length > 0;
  const named = about.flatMap((where) => namesOf(where, one));
  const tried = known ? own : asTexts(samplesOf(named, family), family);
  const ways = tried.slice(0, MOST_TRIED).map((address) => waysOf({ ...witness, [side]: address }, sides));
  const blocked = ways.filter(({ live, expected }) => isBlocked(live.verdict) && !isBlocked(expected.verdict));
  const [way] = blocked;
  if (way === undefined) return null;
  if (known || blocked.length === ways.length)
    return own.includes(witness[side]) || !known ? one : { ...one, ...way, witness: way.live.packet };
  const because = `only the pod's own address tells, and none was shown: ${quoted(first).text} (${first.table.name} ${first.chain.name} #${first.rule.index}) is about addresses that may be its own`;
  return { family, hook, packets, witness, because, remedy: REMEDY };
}

const REMEDY =
  'Run istio-nat in the pod, which looks at its addresses, or hold the rule against `ip addr show` by hand.';

/** The blocks of a rule that a pod's own address may lie in. */
function namesOf(where: RuleReference, { family, hook }: DifferentClass) {
  return namedNetworks([where], family, [hook === 'PREROUTING' ? 'destination' : 'source']);
}

function waysOf(packet: Packet, { live, expected }: Sides): { readonly live: Trace; readonly expected: Trace } {
  const options = { reach: 'arrival', steps: true } as const;
  return { live: evaluatePacket(live, packet, options), expected: evaluatePacket(expected, packet, options) };
}

function isBlocked({ kind }: Verdict): boolean {
  return kind === 'drop' || kind === 'reject';
}

/** What stays inside the pod has loopback addresses as well. */
function isInside({ inInterface, outInterface }: Packet): boolean {
  return inInterface === 'lo' || outInterface === 'lo';
}
