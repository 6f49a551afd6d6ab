import { FAMILIES, type Family } from '../model/family.ts';
import type { Pod } from '../model/pod.ts';
import type { Seen } from '../model/report.ts';
import { coversFamily, type Table } from '../model/ruleset.ts';
import type { ShownTable } from '../model/shown.ts';
import { ASK_FOR_SOCKETS, couldShowConnections, couldShowListeners, showsColumn } from '../model/shown-sockets.ts';

/** What an answer about a pod rests on. */
export function evidenceOf(pod: Pod): Seen {
  const { shown, ruleset, coverage } = pod;
  return {
    rules: shown ?? ruleset.tables.flatMap(askedOfKernel),
    allTables: FAMILIES.filter((family) => coverage.some((one) => one.family === family && one.tables === 'all')),
    unseen: [
      ...FAMILIES.filter((family) => !coverage.some((one) => one.family === family)).map(rulesOf),
      ...unseenSockets(pod).map((what) => ({ what, command: ASK_FOR_SOCKETS })),
    ],
  };
}

function rulesOf(family: Family): Seen['unseen'][number] {
  return family === 'ipv4'
    ? { what: 'the rules of IPv4', command: 'iptables-save' }
    : { what: 'the rules of IPv6', command: 'ip6tables-save' };
}

function unseenSockets(pod: Pod): string[] {
  if (pod.sockets === null) return ['sockets'];
  return [
    ...(couldShowListeners(pod, 'tcp') ? [] : ['who listens']),
    ...(couldShowConnections(pod) ? [] : ['connections']),
    ...(showsColumn(pod, 'uid') || showsColumn(pod, 'process') ? [] : ['owners of sockets']),
  ];
}

function askedOfKernel(table: Table): ShownTable[] {
  const source = table.chains.flatMap(({ rules }) => rules)[0]?.origin.source ?? '';
  return FAMILIES.filter((family) => coversFamily(table, family)).map((family) => ({
    family,
    table: table.name,
    form: 'kernel',
    source,
    line: 0,
    lacks: [],
  }));
}
