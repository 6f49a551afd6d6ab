import type { Packet, Verdict } from '../../model/packet.ts';
import type { PacketError, TraceReport, TraceStep } from '../../model/trace.ts';
import { escapeJson } from '../escape.ts';
import { reasonWords } from '../reason.ts';

/** One trace, or what was wrong with a line of packets, as one line of JSON with a final new line. */
export function traceLine(trace: TraceReport | PacketError): string {
  if ('error' in trace) return `${textJson(trace)}\n`;
  const { packet, verdict, steps } = trace;
  const behind = steps === undefined ? '' : `,"steps":[${steps.map(stepJson).join(',')}]`;
  return `{"packet":${packetJson(packet)},"verdict":${verdictJson(verdict)}${behind}}\n`;
}

function textJson(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}

/** The same for the verdicts that nearly all packets get; the others may quote a rule, which may need escaping. */
function verdictJson(verdict: Verdict): string {
  if (verdict.kind !== 'accept' && verdict.kind !== 'redirect') return textJson(verdict);
  const mark = verdict.mark === undefined ? '' : `,"mark":${verdict.mark}`;
  const zone = verdict.ctZone === undefined ? '' : `,"ctZone":${verdict.ctZone}`;
  const port = 'port' in verdict ? `,"port":${verdict.port}` : '';
  return `{"kind":"${verdict.kind}"${port}${mark}${zone}}`;
}

/**
 * What JSON.stringify would write, at two thirds of the cost, which is most of what a verdict costs in a batch. The
 * protocol and the addresses have been read as such, so there is nothing in them to be escaped.
 */
function packetJson(packet: Packet): string {
  const { sourcePort, destinationPort, inInterface, outInterface, uid, gid, mark, connmark, ctState } = packet;
  let json = `{"family":"${packet.family}","hook":"${packet.hook}","protocol":"${packet.protocol}"`;
  json += `,"source":"${packet.source}"`;
  if (sourcePort !== undefined) json += `,"sourcePort":${sourcePort}`;
  json += `,"destination":"${packet.destination}"`;
  if (destinationPort !== undefined) json += `,"destinationPort":${destinationPort}`;
  if (inInterface !== undefined) json += `,"inInterface":${nameJson(inInterface)}`;
  if (outInterface !== undefined) json += `,"outInterface":${nameJson(outInterface)}`;
  if (uid !== undefined) json += `,"uid":${uid}`;
  if (gid !== undefined) json += `,"gid":${gid}`;
  if (mark !== undefined) json += `,"mark":${mark}`;
  if (connmark !== undefined) json += `,"connmark":${connmark}`;
  return ctState === undefined ? `${json}}` : `${json},"ctState":"${ctState}"}`;
}

function stepJson({ table, chain, index, text, outcome, action, why }: TraceStep): string {
  const rule = `"table":${nameJson(table)},"chain":${nameJson(chain)},"index":${index},"text":${nameJson(text)}`;
  const words = reasonWords(why);
  const reason = PLAIN.test(words) ? `"${words}"` : textJson(words);
  return `{${rule},"outcome":"${outcome}","action":${nameJson(action)},"why":${reason}}`;
}

/** What JSON writes as it is: printable ASCII but for the quote and the backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Interfaces, rules and what they do are the same in packet after packet. */
const names = new Map<string, string>();

/** So many different texts come only from a hostile input, or from more rules than anybody traces. */
const MOST_NAMES = 10_000;

function nameJson(name: string): string {
  let json = names.get(name);
  if (json === undefined) {
    if (names.size >= MOST_NAMES) names.clear();
    json = textJson(name);
    names.set(name, json);
  }
  return json;
}
