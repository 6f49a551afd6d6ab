import type { Packet } from '../model/packet.ts';
import { escapeJson } from './escape.ts';
import type { Trace } from './trace-table.ts';

/** One trace, or what was wrong with a line of packets, as one line of JSON with a final new line. */
export function traceLine(trace: Trace | { readonly error: string; readonly line: number }): string {
  if ('error' in trace || trace.steps !== undefined) return `${escapeJson(JSON.stringify(trace))}\n`;
  return `{"packet":${packetJson(trace.packet)},"verdict":${escapeJson(JSON.stringify(trace.verdict))}}\n`;
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

/** The last name written: most packets of a batch are on the same interface. */
let last = { name: '', json: '""' };

function nameJson(name: string): string {
  if (name !== last.name) last = { name, json: escapeJson(JSON.stringify(name)) };
  return last.json;
}
