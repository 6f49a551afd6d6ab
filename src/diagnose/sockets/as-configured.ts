import type { Context } from '../../expect/context.ts';
import { parseAddress, parseNetwork } from '../../model/address.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Finding } from '../../model/report.ts';
import type { Socket } from '../../model/socket.ts';
import { finding } from '../finding.ts';
import { ruleAsEvidence, ruleOf } from './deciding-rule.ts';
import { socketEvidence } from './listening.ts';
import { type Judged, judgedSockets } from './view.ts';
import { countOf, letThrough, placesOf, reasonNotSeen } from './words.ts';

type Group = readonly [Judged, ...Judged[]];

/**
 * Notes on live connections that go around the proxy because the configuration says so: that an exclusion is in use is
 * worth a word to whoever misses the traffic in the mesh. One for each rule that lets them through.
 */
export function asConfigured(context: Context): Finding<'NAT0804' | 'NAT0208'>[] {
  const all = judgedSockets(context).filter(isMeant);
  const outside = all.filter(({ live }) => isOutsideRanges(live.socket, context));
  const excluded = all.filter((judged) => !outside.includes(judged));
  return [
    ...groupBy(excluded, ({ live }) => ruleOf(live)?.rule ?? null).map(excludedFromCapture),
    ...groupBy(outside, () => 'outside').map((group) => outsideRanges(group, context)),
  ];
}

/** Where the rules were not read it is the configuration alone that says so. */
function isMeant({ live, expected }: Judged): boolean {
  if ([live, expected].some(({ kind, as }) => kind !== 'outbound-direct' || as !== undefined)) return false;
  return expected.agreement === 'agrees' && (live.agreement === 'agrees' || reasonNotSeen(live) !== null);
}

/** Only some ranges are captured, and the other end is in none of them. */
function isOutsideRanges({ peerAddress }: Socket, { config }: Context): boolean {
  const { outboundIpRangesInclude: ranges } = config;
  const peer = parseAddress(peerAddress);
  if (ranges === '*' || ranges.length === 0 || peer === null) return false;
  return !ranges.some((text) => {
    const network = parseNetwork(text);
    return network?.family === peer.family && (peer.value & network.mask) === (network.address & network.mask);
  });
}

function excludedFromCapture(group: Group): Finding<'NAT0804'> {
  const sockets = group.map(({ live }) => live.socket);
  const [{ live }] = group;
  const verb = group.length === 1 ? 'goes' : 'go';
  return finding('NAT0804', {
    severity: 'info',
    message: `${countOf(group.length, 'live outbound connection')} ${verb} around the proxy as configured (${placesOf('outbound', sockets)}): ${letThrough(live)}.`,
    evidence: [...ruleAsEvidence(ruleOf(live)), ...socketEvidence(sockets)],
    ports: sockets.map(({ peerPort }) => peerPort ?? 0),
  });
}

function outsideRanges(group: Group, { config }: Context): Finding<'NAT0208'> {
  const sockets = group.map(({ live }) => live.socket);
  const ranges = config.outboundIpRangesInclude === '*' ? [] : config.outboundIpRangesInclude;
  return finding('NAT0208', {
    severity: 'info',
    message: `${countOf(group.length, 'live outbound connection')} of the application (${placesOf('outbound', sockets)}) ${group.length === 1 ? 'lies' : 'lie'} outside the ranges that are captured (${ranges.join(', ')}) and ${group.length === 1 ? 'goes' : 'go'} around the proxy, as configured.`,
    evidence: [...ruleAsEvidence(ruleOf(group[0].live)), ...socketEvidence(sockets)],
    ports: sockets.map(({ peerPort }) => peerPort ?? 0),
  });
}
