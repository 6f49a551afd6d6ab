import type { DifferentClass } from '../../evaluate/compare.ts';
import type { Verdict } from '../../model/packet.ts';

/** The class in words: `inbound tcp to port 8080`, `outbound udp of uid 1337 to 10.96.0.10`. */
export function packetsInWords({ hook, packets, family }: Pick<DifferentClass, 'hook' | 'packets' | 'family'>): string {
  const of = (field: string) => packets[field];
  const parts = [
    direction(hook, of('inInterface')),
    family === 'ipv6' ? 'IPv6' : '',
    of('protocol') ?? 'packets of any protocol',
    phrase('of uid', of('uid')),
    phrase('of gid', of('gid')),
    of('socket') === 'none' ? 'that belong to no socket' : '',
    phrase('from', of('source')),
    phrase('to', of('destination')),
    phrase('to port', of('destinationPort')),
    phrase('from port', of('sourcePort')),
    phrase('by interface', of('outInterface')),
    phrase('with mark', of('mark')),
    phrase('with connmark', of('connmark')),
    phrase('in state', of('ctState')),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function direction(hook: string, inInterface: string | undefined): string {
  if (hook === 'OUTPUT') return 'outbound';
  return inInterface === undefined ? 'inbound' : `inbound (by ${inInterface})`;
}

function phrase(words: string, value: string | undefined): string {
  return value === undefined ? '' : `${words} ${value}`;
}

/** What becomes of a packet, as the end of a sentence. */
export function verdictInWords(verdict: Verdict): string {
  const marks = [
    verdict.mark === undefined ? '' : `mark 0x${verdict.mark.toString(16)}`,
    verdict.ctZone === undefined ? '' : `conntrack zone ${verdict.ctZone}`,
  ].filter((text) => text !== '');
  const extra = marks.length > 0 ? ` (${marks.join(', ')})` : '';
  return `${kindInWords(verdict)}${extra}`;
}

function kindInWords(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'accept':
      return 'is left alone';
    case 'drop':
      return 'is dropped';
    case 'reject':
      return 'is rejected';
    case 'redirect':
      return `is redirected to ${verdict.port === undefined ? 'the pod itself' : `port ${verdict.port}`}`;
    case 'tproxy':
      return `is handed to port ${verdict.port} (TPROXY)`;
    case 'dnat':
      return `is sent to ${verdict.to}`;
    case 'undetermined':
      return `cannot be foretold: ${verdict.because}`;
  }
}
