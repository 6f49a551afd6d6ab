import type { DifferentClass } from '../../evaluate/compare.ts';
import type { Family } from '../../model/family.ts';
import { type FieldSet, fieldSet } from '../../model/field-set.ts';
import type { Verdict, VerdictKind } from '../../model/packet.ts';
import { rangesInWords } from './ranges.ts';
import { sameTarget } from './verdicts.ts';

type Described = Pick<DifferentClass, 'hook' | 'packets' | 'family'>;

/** The class as the beginning of a sentence: `Inbound tcp traffic to port 8080`, `Outbound udp traffic of uid 1337`. */
export function packetsInWords({ hook, packets, family }: Described): string {
  const of = (field: string) => {
    const text = packets[field];
    return text === undefined ? undefined : fieldSet(text);
  };
  const parts = [
    hook === 'OUTPUT' ? 'Outbound' : 'Inbound',
    family === 'ipv6' ? 'IPv6' : '',
    traffic(of('protocol')),
    owners(packets),
    packets.socket === 'none' ? 'of no socket' : '',
    noteworthy('from', of('source'), 'address', family),
    phrase('to', of('destination'), 'address', family),
    phrase('to port', of('destinationPort'), 'port', family),
    phrase('from port', of('sourcePort'), 'port', family),
    phrase('over', of('inInterface') ?? of('outInterface'), 'interface', family),
    marked('with mark', of('mark')),
    marked('with connection mark', of('connmark')),
    phrase('in state', of('ctState'), 'state', family),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function traffic(protocol: FieldSet | undefined): string {
  if (protocol === undefined) return 'traffic';
  const names = protocol.values.join(', ');
  return protocol.except ? `traffic other than ${names}` : `${names} traffic`;
}

function owners({ uid, gid }: Described['packets']): string {
  if (uid !== undefined && uid === gid)
    return fieldSet(uid).except ? `of ${ownersInWords('uid and gid', uid)}` : `of uid and gid ${uid}`;
  return [
    ...(uid === undefined ? [] : [`of ${ownersInWords('uid', uid)}`]),
    ...(gid === undefined ? [] : [`of ${ownersInWords('gid', gid)}`]),
  ].join(' and ');
}

/** Users or groups: `uid 1337`, `any uid but 1337`. */
export function ownersInWords(kind: string, text: string): string {
  const { except, values } = fieldSet(text);
  return except ? `any ${kind} but ${values.join(', ')}` : `${kind} ${values.join(', ')}`;
}

/** Longer lists are cut: nobody reads them in a sentence, and reports as JSON have them. */
const MOST_RANGES = 16;
const SHOWN_RANGES = 8;

/** `to 10.0.0.0/8`, `to any address but 127.0.0.1`, `to port 8080`, `to any port but 15008`. */
function phrase(words: string, set: FieldSet | undefined, noun: string, family: Family): string {
  if (set === undefined) return '';
  const { except } = set;
  const values = noun === 'address' ? rangesInWords(set.values, family) : set.values;
  const shown = values.length > MOST_RANGES ? values.slice(0, SHOWN_RANGES) : values;
  const named = shown.join(', ');
  const list = shown.length === values.length ? named : `${named} and ${values.length - shown.length} more`;
  if (except) return `${words.replace(/ port$/, '')} any ${noun} but ${list}`;
  const isOne = values.length === 1 && !values[0]?.includes('-');
  return `${words}${noun === 'port' && !isOne ? 's' : ''} ${list}`;
}

/** Sources are named when they are few: "from any address but 127.0.0.6" helps nobody. */
function noteworthy(words: string, set: FieldSet | undefined, noun: string, family: Family): string {
  return set?.except ? '' : phrase(words, set, noun, family);
}

/** Packets without a mark are what everybody thinks of. */
function marked(words: string, set: FieldSet | undefined): string {
  if (set === undefined) return '';
  const { except, values } = set;
  if (values.some((mark) => /^0x0(\/|$)/.test(mark)) !== except) return '';
  return `${words}${except ? ' other than' : ''} ${values.join(', ')}`;
}

/** What becomes of a packet in the pod and what should, as two ends of a sentence that differ. */
export function contrastInWords(live: Verdict, expected: Verdict): [string, string] {
  if (!sameTarget(live, expected)) return [verdictInWords(live), verdictInWords(expected)];
  if (live.ctZone !== expected.ctZone) return [zoneInWords(live), zoneInWords(expected)];
  if (live.mark !== expected.mark) return [markInWords(live), markInWords(expected)];
  return [`${verdictInWords(live)} and its connection is not marked`, 'is marked'];
}

function zoneInWords({ ctZone }: Verdict): string {
  return ctZone === undefined ? 'is in no conntrack zone of its own' : `is in conntrack zone ${ctZone}`;
}

function markInWords({ mark }: Verdict): string {
  return mark === undefined ? 'gets no mark' : `gets mark 0x${mark.toString(16)}`;
}

/** What becomes of a packet, as the end of a sentence: `is redirected to port 15006`. */
export function verdictInWords(verdict: VerdictKind): string {
  return `is ${fateInWords(verdict)}`;
}

/** What becomes of a packet: `redirected to port 15006`. */
export function fateInWords(verdict: VerdictKind): string {
  switch (verdict.kind) {
    case 'accept':
      return 'left alone';
    case 'drop':
      return 'dropped';
    case 'reject':
      return 'rejected';
    case 'redirect':
      return `redirected to ${verdict.port === undefined ? 'the pod itself' : `port ${verdict.port}`}`;
    case 'tproxy':
      return `handed to port ${verdict.port} (TPROXY)`;
    case 'dnat':
      return `sent to ${verdict.to}`;
    case 'undetermined':
      return `undetermined: ${verdict.because}`;
  }
}
