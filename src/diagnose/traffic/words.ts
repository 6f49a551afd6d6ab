import type { DifferentClass } from '../../evaluate/compare.ts';
import type { Family } from '../../model/family.ts';
import type { Verdict } from '../../model/packet.ts';
import { rangeInWords } from './ranges.ts';
import { sameTarget } from './verdicts.ts';

type Described = Pick<DifferentClass, 'hook' | 'packets' | 'family'>;

/** The class as the beginning of a sentence: `Inbound tcp traffic to port 8080`, `Outbound udp traffic of uid 1337`. */
export function packetsInWords({ hook, packets, family }: Described): string {
  const of = (field: string) => packets[field];
  const parts = [
    hook === 'OUTPUT' ? 'Outbound' : 'Inbound',
    family === 'ipv6' ? 'IPv6' : '',
    traffic(of('protocol')),
    owners(of('uid'), of('gid')),
    of('socket') === 'none' ? 'of no socket' : '',
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

const EXCEPT = 'all except ';

function traffic(protocol: string | undefined): string {
  if (protocol === undefined) return 'traffic';
  if (!protocol.startsWith(EXCEPT)) return `${protocol.replaceAll(',', ', ')} traffic`;
  return `traffic other than ${protocol.slice(EXCEPT.length).replaceAll(',', ', ')}`;
}

function owners(uid: string | undefined, gid: string | undefined): string {
  if (uid !== undefined && uid === gid)
    return uid.startsWith(EXCEPT) ? otherThan('uid and gid', uid) : `of uid and gid ${uid}`;
  return [uid === undefined ? '' : owner('uid', uid), gid === undefined ? '' : owner('gid', gid)]
    .filter((part) => part !== '')
    .join(' and ');
}

function owner(kind: string, value: string): string {
  return value.startsWith(EXCEPT) ? otherThan(kind, value) : `of ${kind} ${value.replaceAll(',', ', ')}`;
}

function otherThan(kind: string, value: string): string {
  return `of any ${kind} but ${value.slice(EXCEPT.length).replaceAll(',', ', ')}`;
}

/** Longer lists are cut: nobody reads them in a sentence, and reports as JSON have them. */
const MOST_RANGES = 16;
const SHOWN_RANGES = 8;

/** `to 10.0.0.0/8`, `to any address but 127.0.0.1`, `to port 8080`, `to any port but 15008`. */
function phrase(words: string, value: string | undefined, noun: string, family: Family): string {
  if (value === undefined) return '';
  const list = (text: string) => {
    const ranges = text.split(',');
    const shown = ranges.length > MOST_RANGES ? ranges.slice(0, SHOWN_RANGES) : ranges;
    const words = shown.map((range) => (noun === 'address' ? rangeInWords(range, family) : range)).join(', ');
    return shown.length === ranges.length ? words : `${words} and ${ranges.length - shown.length} more`;
  };
  const several = noun === 'port' && /[,-]/.test(value) ? 's' : '';
  if (!value.startsWith(EXCEPT)) return `${words}${several} ${list(value)}`;
  return `${words.replace(/ port$/, '')} any ${noun} but ${list(value.slice(EXCEPT.length))}`;
}

/** Sources are named when they are few: "from any address but 127.0.0.6" helps nobody. */
function noteworthy(words: string, value: string | undefined, noun: string, family: Family): string {
  return value?.startsWith(EXCEPT) ? '' : phrase(words, value, noun, family);
}

/** Packets without a mark are what everybody thinks of. */
function marked(words: string, value: string | undefined): string {
  if (value === undefined) return '';
  const others = value.startsWith(EXCEPT);
  const marks = (others ? value.slice(EXCEPT.length) : value).split(',');
  if (marks.some((mark) => /^0x0(\/|$)/.test(mark)) !== others) return '';
  return others ? `${words} other than ${marks.join(', ')}` : `${words} ${marks.join(', ')}`;
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

/** What becomes of a packet, as the end of a sentence. */
export function verdictInWords(verdict: Verdict): string {
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
      return `cannot be predicted: ${verdict.because}`;
  }
}
