import type { SocketEntry, SocketsAnswer } from '../../sockets/report.ts';
import { place, verdictWords } from '../words.ts';

type Kind = SocketEntry['kind'];

/** What a socket is, in a few words. */
export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  'proxy-listener': 'of the proxy',
  'listener-captured': 'captured',
  'listener-excluded': 'not captured',
  'listener-loopback': 'loopback only',
  listener: 'application',
  'listener-udp': 'udp, not captured',
  'outbound-proxied': 'out',
  'outbound-direct': 'out',
  'inbound-proxied': 'in',
  'inbound-direct': 'in',
  'accepted-outbound': 'taken over from the application',
  'accepted-inbound': 'taken over from outside',
  'proxy-to-application': 'handed on to the application',
  'proxy-upstream': 'to where the application wants to go',
  'proxy-loop': 'loop',
  'control-plane': 'to istiod',
  dns: 'DNS',
  probe: 'health or metrics',
  loopback: 'inside the pod',
  udp: 'udp, not captured',
  transient: 'opening or closing',
  unknown: 'unknown',
};

/** Whether the other side opened the connection: then the port that counts is ours. */
const FROM_OUTSIDE: ReadonlySet<Kind> = new Set(['inbound-proxied', 'inbound-direct', 'accepted-inbound', 'probe']);

/** Where a connection goes or comes from; a listener's address. Ports that the kernel chose are left out. */
export function connectionEnds(entry: SocketEntry): string {
  const { kind, local, localPort, peer, peerPort } = entry;
  if (peer === undefined || peerPort === undefined) return endpoint(local, localPort);
  if (FROM_OUTSIDE.has(kind)) return `${endpoint(local, localPort)} ← ${peer}`;
  return kind === 'unknown' ? bothEnds(entry) : `→ ${endpoint(peer, peerPort)}`;
}

/** Both ends, with both ports. */
export function bothEnds({ kind, local, localPort, peer, peerPort }: SocketEntry): string {
  if (peer === undefined || peerPort === undefined) return endpoint(local, localPort);
  const arrow = kind === 'unknown' ? '↔' : FROM_OUTSIDE.has(kind) ? '←' : '→';
  return `${endpoint(local, localPort)} ${arrow} ${endpoint(peer, peerPort)}`;
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Who owns a socket: `app, uid 1000`; the group where it is known and not the same number. */
export function ownerWords({ uid, process, holder }: SocketEntry): string {
  const gid = process?.gid === undefined || process.gid === uid ? '' : ` gid ${process.gid}`;
  const who = process === undefined ? '' : `${process.name}, `;
  return uid === null ? withoutUid(holder, who) : `${who}uid ${uid}${gid}`;
}

/** ss shows no owner without -e, and no process to those who may not see it. */
function withoutUid(holder: SocketEntry['holder'], who: string): string {
  if (who !== '') return `${who}uid not shown`;
  switch (holder) {
    case 'nobody':
      return 'nobody';
    case 'unknown':
    case 'shared':
      return 'owner not shown';
    case 'proxy':
    case 'application':
      return `${holder}, uid not shown`;
  }
}

/** Why a socket is where it is, as far as there is something to say; null where its section says it all. */
export function reasonOf(entry: SocketEntry): string | null {
  if (entry.because !== undefined) return entry.because;
  const identity = identityOf(entry);
  const reason = predictionReason(entry);
  return identity === null ? reason : [identity, reason].filter((part) => part !== null).join('; ');
}

function identityOf({ as, uid, process }: SocketEntry): string | null {
  if (as === undefined) return null;
  const id = as === 'proxy-uid' ? `uid ${uid}` : `gid ${process?.gid}`;
  return `it has the proxy's ${id} and is not the proxy: the rules let what it sends through`;
}

function predictionReason({ kind, agreement, prediction }: SocketEntry): string | null {
  if (prediction === undefined || agreement === undefined) return uncertainty(kind, prediction);
  const by = decidedBy(prediction);
  switch (agreement) {
    case 'agrees':
      return kind === 'outbound-proxied' ? null : by;
    case 'older':
      return 'the rules would redirect it if it were opened now, so it is older than they are';
    case 'gid':
      return gidReason(prediction);
    case 'disagrees':
      return `the rules would have it ${verdictWords(prediction.verdict)} (${by}), and yet the proxy has it`;
  }
}

/** Listeners, and connections of which the rules say nothing certain. */
function uncertainty(kind: Kind, prediction: SocketEntry['prediction']): string | null {
  if (prediction === undefined) return null;
  const { verdict } = prediction;
  if (verdict.kind === 'undetermined') return `what the rules do is not certain: ${verdict.because}`;
  return kind === 'listener-excluded' ? decidedBy(prediction) : null;
}

function decidedBy({ rule }: NonNullable<SocketEntry['prediction']>): string {
  return rule === undefined ? 'no rule takes it' : `${place(rule)}: ${rule.text}`;
}

function gidReason({ verdict, unless = [] }: NonNullable<SocketEntry['prediction']>): string {
  const gids = unless.map(({ gid }) => gid).join(', ');
  const usual = verdict.kind === 'accept' ? 'let it through' : 'redirect it';
  return `the rules would ${usual} unless its gid is ${gids}, which is not visible here: see Gid in /proc/PID/status of its process, in its container`;
}

/** What is said about the rules when nothing could be predicted, or nothing is left to predict. */
export function rulesWords({ rules }: SocketsAnswer): string | null {
  if (!rules.readable) return `There are no rules to predict from: ${rules.because}`;
  return rules.capturing ? null : 'No rule that was shown captures anything: new connections go around the proxy.';
}
